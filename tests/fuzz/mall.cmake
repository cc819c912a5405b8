atrium_add_fuzz(receipt COMPONENTS mall)
