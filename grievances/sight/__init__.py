"""Who sees what: the door, looks that leave a trace, and what the auditor reads."""
