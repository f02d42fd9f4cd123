//! Sets the name of the shared library for the run-time linker, which rustc leaves out.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let system = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if system == "linux" {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libnetflow.so.0");
    }
}
