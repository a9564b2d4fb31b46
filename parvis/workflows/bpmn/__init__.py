"""Reading, checking and running BPMN models. No Django model is used here."""
