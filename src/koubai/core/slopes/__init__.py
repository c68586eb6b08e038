"""How slopes are measured, a module for each way. ``core.methods`` says which ones there are, and what is known of each."""
