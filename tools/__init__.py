"""Commands for developers: real crates and measurements. Not part of the installed package."""
