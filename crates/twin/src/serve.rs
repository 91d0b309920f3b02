//! The twin behind HTTP, on the loopback address only.
