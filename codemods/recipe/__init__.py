"""What a recipe author imports."""
