"""Generated requests: made by schemathesis and Hypothesis, sent through the gate, shrunk, remembered."""
