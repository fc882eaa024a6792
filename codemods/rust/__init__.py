"""A lossless view of Rust source: bytes in, bytes out. Knows no cargo and no git."""
