"""The SOP: a strict BPMN subset, its validator, interpreter, working calendar, editor and diagram (pure)."""
