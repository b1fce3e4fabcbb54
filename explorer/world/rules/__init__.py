"""What intents do: a file for each kind, each a pure function of the state."""
