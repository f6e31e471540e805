"""Teams: who they are, who is in them, and how people come in."""
