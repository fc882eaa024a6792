"""Git: reading a repository, the scratch checkout, writing the branch."""
