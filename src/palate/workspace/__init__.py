"""The workspace opens and wires everything."""
