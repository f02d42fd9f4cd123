//! Sets `captures` where `NETFLOW_CAPTURES` names a folder of captures. A test cannot ignore
//! itself when it runs, so what is missing has to be known when it is compiled.

#![forbid(unsafe_code)]

fn main() {
    println!("cargo::rerun-if-env-changed=NETFLOW_CAPTURES");
    println!("cargo::rustc-check-cfg=cfg(captures)");
    if std::env::var_os("NETFLOW_CAPTURES").is_some() {
        println!("cargo::rustc-cfg=captures");
    }
}
