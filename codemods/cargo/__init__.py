"""Everything that talks to cargo, rustc, rustdoc and rustup."""
