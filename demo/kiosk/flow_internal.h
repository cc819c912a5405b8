/* What flow.c, flow_scan.c and flow_answer.c share. */
#ifndef KIOSK_FLOW_INTERNAL_H
#define KIOSK_FLOW_INTERNAL_H

#include "flow.h"

void flow__go(Flow *flow, FlowScreen screen);
/* Ends the session. With `leave_look` the language and calm stay until the next one: goodbye. */
void flow__forget(Flow *flow, bool leave_look);
void flow__begin(Flow *flow);
/* Begins a session at identify. */
void flow__start(Flow *flow);
/* Reads flow->scan for whoever is here. */
void flow__read(Flow *flow);
/* Reads what waits in the one slot; false when nothing does. */
bool flow__read_waiting(Flow *flow);
/* Goes on after identify: to a receipt that was kept, else to scan. */
void flow__identified(Flow *flow);
/* Asks for the card whose digits were typed or scanned. */
void flow__check_card(Flow *flow);

#endif
