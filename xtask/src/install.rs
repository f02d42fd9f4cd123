//! The C library, built and put where C finds it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::command::{Command, cargo};
use crate::repository::{Result, root, target};

/// The version of the library; the first number is that of its name for the run-time linker.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The name that the run-time linker knows it by; `netflow-ffi/build.rs` sets it.
pub(crate) const SONAME: &str = "libnetflow.so.0";

/// Where the library goes.
#[derive(Debug, Clone)]
pub(crate) struct InstallPaths {
    /// As programs will find it.
    pub(crate) prefix: PathBuf,
    /// Below the prefix, or a path of its own.
    libdir: PathBuf,
    /// What is put before every path while files are copied, for packages.
    destdir: Option<PathBuf>,
    /// Features of the crate.
    features: String,
    /// The profile of cargo to build with.
    profile: &'static str,
}

/// Installs by the options of the command line.
pub(crate) fn run(options: &[&str]) -> ExitCode {
    let Some(place) = InstallPaths::parse(options) else {
        eprintln!(
            "usage: cargo xtask install-c --prefix DIR [--libdir DIR] [--destdir DIR] \
             [--features arrow,geo,live,tls]"
        );
        return ExitCode::from(2);
    };
    match install(&place) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("install-c: {error}");
            ExitCode::FAILURE
        }
    }
}

impl InstallPaths {
    /// A prefix with `lib` below it, for a library with these features.
    pub(crate) fn new(prefix: PathBuf, features: &str) -> Self {
        Self {
            prefix,
            libdir: "lib".into(),
            destdir: None,
            features: features.to_owned(),
            profile: "release",
        }
    }

    /// The same, put below this folder while it is copied, for packages.
    pub(crate) fn with_destdir(mut self, destdir: PathBuf) -> Self {
        self.destdir = Some(destdir);
        self
    }

    /// The same, built with another profile of cargo than `release`.
    pub(crate) fn with_profile(mut self, profile: &'static str) -> Self {
        self.profile = profile;
        self
    }

    fn parse(options: &[&str]) -> Option<Self> {
        let mut prefix = None;
        let mut place = Self::new(PathBuf::new(), "");
        for option in options.chunks(2) {
            match option {
                ["--prefix", path] => prefix = Some(std::path::absolute(path).ok()?),
                // Below the prefix unless it is a whole path.
                ["--libdir", path] => place.libdir = path.into(),
                ["--destdir", path] => place.destdir = Some(std::path::absolute(path).ok()?),
                ["--features", names] => place.features = (*names).to_owned(),
                _ => return None,
            }
        }
        place.prefix = prefix?;
        Some(place)
    }

    /// The folder of libraries, as programs will find it.
    pub(crate) fn libdir(&self) -> PathBuf {
        self.prefix.join(&self.libdir)
    }

    /// Where a path is while files are copied.
    fn staged(&self, path: &Path) -> PathBuf {
        match &self.destdir {
            Some(destdir) => destdir.join(path.strip_prefix("/").unwrap_or(path)),
            None => path.to_owned(),
        }
    }
}

/// Builds the library and copies it with all that goes with it.
pub(crate) fn install(place: &InstallPaths) -> Result {
    let (built, needed) = build(&place.features, place.profile)?;
    let libdir = place.staged(&place.libdir());
    let prefix = place.staged(&place.prefix);

    let shared = format!("libnetflow.so.{VERSION}");
    copy(&built.join("libnetflow.so"), &libdir.join(&shared))?;
    strip(&libdir.join(&shared))?;
    link(&shared, &libdir.join(SONAME))?;
    link(SONAME, &libdir.join("libnetflow.so"))?;
    copy(&built.join("libnetflow.a"), &libdir.join("libnetflow.a"))?;
    strip(&libdir.join("libnetflow.a"))?;

    let header = root().join("include/netflow.h");
    copy(&header, &prefix.join("include/netflow.h"))?;
    write(
        &libdir.join("pkgconfig/netflow.pc"),
        &pkg_config(place, &needed),
    )?;
    let files = root().join("netflow-ffi/install");
    for name in ["NetflowConfig.cmake", "NetflowConfigVersion.cmake"] {
        copy(&files.join(name), &libdir.join("cmake/Netflow").join(name))?;
    }
    for name in manual_pages()? {
        copy(
            &files.join(&name),
            &prefix.join("share/man/man3").join(&name),
        )?;
    }
    Ok(())
}

/// The names of the manual pages.
pub(crate) fn manual_pages() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("netflow-ffi/install"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".3") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Builds the library; returns where the libraries are and what a static program links to besides.
fn build(features: &str, profile: &str) -> Result<(PathBuf, String)> {
    let built = cargo("rustc --locked -p netflow-ffi --lib --color never --features")
        .text(features)
        .arguments("--profile")
        .arguments(profile)
        .arguments("-- --print native-static-libs")
        .output()?;
    let text = String::from_utf8_lossy(&built.stderr);
    if !built.status.success() {
        return Err(format!("the library does not build:\n{text}").into());
    }
    let needed = text
        .lines()
        .find_map(|line| line.split_once("native-static-libs: "))
        .map(|(_, libraries)| unique(libraries))
        .ok_or("rustc does not report what a static program needs")?;
    Ok((target().join(profile), needed))
}

/// The libraries that a program has to name, each once.
fn unique(libraries: &str) -> String {
    let mut once: Vec<&str> = Vec::new();
    for library in libraries.split_whitespace() {
        // The compiler of C adds this one, and with `-static` another in its place.
        if library != "-lgcc_s" && !once.contains(&library) {
            once.push(library);
        }
    }
    once.join(" ")
}

/// Written by the prefix where it can be, so that the whole may be moved.
fn pkg_config(place: &InstallPaths, needed: &str) -> String {
    let libdir = if place.libdir.is_absolute() {
        place.libdir.clone()
    } else {
        Path::new("${prefix}").join(&place.libdir)
    };
    format!(
        "prefix={}\n\
         libdir={}\n\
         includedir=${{prefix}}/include\n\
         features={}\n\
         \n\
         Name: netflow\n\
         Description: NetFlow, IPFIX and sFlow, decoded\n\
         Version: {VERSION}\n\
         Libs: -L${{libdir}} -lnetflow\n\
         Libs.private: {needed}\n\
         Cflags: -I${{includedir}}\n",
        place.prefix.display(),
        libdir.display(),
        place.features
    )
}

fn copy(from: &Path, to: &Path) -> Result {
    prepare(to)?;
    fs::copy(from, to).map_err(|error| format!("{}: {error}", to.display()))?;
    println!("{}", to.display());
    Ok(())
}

fn write(to: &Path, text: &str) -> Result {
    prepare(to)?;
    fs::write(to, text).map_err(|error| format!("{}: {error}", to.display()))?;
    println!("{}", to.display());
    Ok(())
}

/// Makes a link to a file beside it.
fn link(to: &str, link: &Path) -> Result {
    prepare(link)?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(to, link).map_err(|error| format!("{}: {error}", link.display()))?;
    #[cfg(not(unix))]
    return Err(format!(
        "{} is a link to {to}, which does not exist on this system",
        link.display()
    )
    .into());
    println!("{} -> {to}", link.display());
    Ok(())
}

/// Makes the folder of a file and takes away what is in its place: a library that a program
/// runs with must not be written over.
fn prepare(file: &Path) -> Result {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", file.display()).into())
        }
        _ => Ok(()),
    }
}

/// Takes the debug information out, as packages do.
fn strip(file: &Path) -> Result {
    Command::new(OsStr::new("strip"), "strip")
        .arguments("--strip-debug")
        .path(file)
        .run()
}
