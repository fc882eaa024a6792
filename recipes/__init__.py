"""One module (or small package) for each idiom upgrade; they import `codemods.recipe` alone."""
