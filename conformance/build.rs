//! Sets `oracles` where `NETFLOW_ORACLES` names a folder of what other tools print, or where there is one
//! beside the captures, and `captures` where `NETFLOW_CAPTURES` names a folder of captures. A test cannot ignore
//! itself when it runs, so what is missing has to be known when it is compiled.

#![forbid(unsafe_code)]

use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-env-changed=NETFLOW_CAPTURES");
    println!("cargo::rustc-check-cfg=cfg(captures)");
    println!("cargo::rerun-if-env-changed=NETFLOW_ORACLES");
    println!("cargo::rustc-check-cfg=cfg(oracles)");
    let named = std::env::var_os("NETFLOW_ORACLES").map(PathBuf::from);
    let beside = || Some(PathBuf::from(std::env::var_os("NETFLOW_CAPTURES")?).join("../oracles"));
    let folder = named
        .or_else(beside)
        .filter(|folder| folder.join("INDEX.tsv").is_file());
    if let Some(folder) = folder {
        println!("cargo::rustc-cfg=oracles");
        println!(
            "cargo::rustc-env=NETFLOW_ORACLES_FOLDER={}",
            folder.display()
        );
    }
    if std::env::var_os("NETFLOW_CAPTURES").is_some() {
        println!("cargo::rustc-cfg=captures");
    }
}
