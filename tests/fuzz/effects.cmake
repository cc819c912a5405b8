atrium_add_fuzz(effect COMPONENTS effects)
