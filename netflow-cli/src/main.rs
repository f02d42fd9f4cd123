//! The command `netflow`.

fn main() {}
