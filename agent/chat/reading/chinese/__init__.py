"""What is said in Chinese: its script, denials, numbers, kinds, people, critique and intents."""
