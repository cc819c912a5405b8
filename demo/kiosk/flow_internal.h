/* What flow.c and flow_answer.c share. */
#ifndef KIOSK_FLOW_INTERNAL_H
#define KIOSK_FLOW_INTERNAL_H

#include "flow.h"

void flow__go(Flow *flow, FlowScreen screen);
/* Ends the session. With `leave_look` the language and calm stay until the next one: goodbye. */
void flow__forget(Flow *flow, bool leave_look);
void flow__begin(Flow *flow);
/* Reads flow->scan for whoever is here. */
void flow__read(Flow *flow);

#endif
