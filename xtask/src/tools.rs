//! Programs and libraries of C that steps need beside cargo, a C compiler and Python.
//!
//! What is missing is installed where that is possible without asking (Debian and its like, as
//! root); else the command that would install it is printed, and the steps that need it are
//! skipped and listed.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use crate::command::Command;
use crate::repository::Result;

/// Set by `.ci/run`: a step that would be skipped fails.
const NO_SKIPPING: &str = "NETFLOW_NO_SKIPPING";

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tool {
    /// What people call it.
    name: &'static str,
    /// How it is recognised.
    found: ToolTest,
    /// The package of Debian that brings it.
    package: &'static str,
}

#[derive(Debug, PartialEq, Eq)]
enum ToolTest {
    /// A program on the path.
    Program,
    /// A header of C.
    Header(&'static str),
    /// Modules of Python.
    Modules(&'static str),
    /// A file among those that clang links sanitizers from.
    ClangRuntime(&'static str),
}

const fn program(name: &'static str, package: &'static str) -> Tool {
    Tool {
        name,
        found: ToolTest::Program,
        package,
    }
}

pub(crate) const NM: Tool = program("nm", "binutils");
pub(crate) const GROFF: Tool = program("groff", "groff-base");
pub(crate) const GXX: Tool = program("g++", "g++");
pub(crate) const CLANG: Tool = program("clang", "clang");
pub(crate) const LUAJIT: Tool = program("luajit", "luajit");
pub(crate) const CMAKE: Tool = program("cmake", "cmake");
pub(crate) const MAKE: Tool = program("make", "make");
pub(crate) const PKG_CONFIG: Tool = program("pkg-config", "pkg-config");
pub(crate) const VALGRIND: Tool = program("valgrind", "valgrind");
pub(crate) const ZSTD: Tool = program("zstd", "zstd");
pub(crate) const TSHARK: Tool = program("tshark", "tshark");
pub(crate) const NFDUMP: Tool = program("nfcapd", "nfdump");
pub(crate) const SOFTFLOWD: Tool = program("softflowd", "softflowd");
pub(crate) const OPEN_VSWITCH: Tool = program("ovs-vswitchd", "openvswitch-switch");
pub(crate) const PMACCT: Tool = program("pmacctd", "pmacct");
pub(crate) const PROMTOOL: Tool = program("promtool", "prometheus");
pub(crate) const CHROMIUM: Tool = program("chromium", "chromium");
pub(crate) const NPM: Tool = program("npm", "npm");
pub(crate) const RSYSLOG: Tool = program("rsyslogd", "rsyslog");
pub(crate) const LIBFIXBUF: Tool = Tool {
    name: "libfixbuf",
    found: ToolTest::Header("fixbuf/public.h"),
    package: "libfixbuf-dev",
};
pub(crate) const LIBPCAP: Tool = Tool {
    name: "libpcap",
    found: ToolTest::Header("pcap/pcap.h"),
    package: "libpcap-dev",
};
/// Debian keeps what makes virtual environments in a package of its own.
pub(crate) const VENV: Tool = Tool {
    name: "Python's venv",
    found: ToolTest::Modules("ensurepip, venv"),
    package: "python3-venv",
};
pub(crate) const SANITIZERS: Tool = Tool {
    name: "clang's sanitizers",
    found: ToolTest::ClangRuntime("libclang_rt.asan"),
    package: "libclang-rt-dev",
};

impl Tool {
    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    fn is_found(&self) -> bool {
        match self.found {
            ToolTest::Program => on_path(self.name),
            ToolTest::Header(header) => ["/usr/include", "/usr/local/include"]
                .iter()
                .any(|folder| Path::new(folder).join(header).exists()),
            ToolTest::Modules(modules) => {
                let import = format!("import {modules}");
                output("python3", &["-c", &import]).is_some()
            }
            ToolTest::ClangRuntime(name) => clang_runtime(name),
        }
    }
}

fn on_path(program: &str) -> bool {
    env::split_paths(&path()).any(|folder| folder.join(program).is_file())
}

/// Where programs are searched: also where servers are, which is not on the path of every user.
pub(crate) fn path() -> OsString {
    let mut path = env::var_os("PATH").unwrap_or_default();
    path.push(":/usr/sbin");
    path
}

/// What a program prints, if there is one and it succeeds.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Process::new(program)
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

/// The folder has a name of its own in each version of clang.
fn clang_runtime(name: &str) -> bool {
    let Some(folder) = output("clang", &["-print-resource-dir"]) else {
        return false;
    };
    let mut folders = vec![PathBuf::from(folder.trim()).join("lib")];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(name) {
                return true;
            }
            if entry.path().is_dir() {
                folders.push(entry.path());
            }
        }
    }
    false
}

/// Installs what is missing of these if it can, and returns what stays missing.
///
/// # Errors
///
/// Something stays missing and nothing may be skipped.
pub(crate) fn provide<'t>(tools: &[&'t Tool]) -> Result<Vec<&'t Tool>> {
    let missing = missing(tools);
    if missing.is_empty() {
        return Ok(missing);
    }
    let mut packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    packages.sort_unstable();
    packages.dedup();
    let packages = packages.join(" ");
    println!("missing: {}", names(&missing));
    if on_path("apt-get") && output("id", &["-u"]).is_some_and(|id| id.trim() == "0") {
        let install = apt_get("install -y -qq --no-install-recommends").arguments(&packages);
        // Without a network, or where a package has another name, the other steps still run.
        if let Err(error) = apt_get("update -qq").run().and_then(|()| install.run()) {
            println!("{error}");
            println!("the steps that need what is missing are skipped");
        }
    } else {
        println!("on Debian and its like this installs it:");
        println!("  sudo apt-get install {packages}");
        println!("the steps that need it are skipped");
    }
    let missing = self::missing(tools);
    if env::var_os(NO_SKIPPING).is_some() && !missing.is_empty() {
        return Err(format!(
            "{} not installed, and {NO_SKIPPING} is set",
            names(&missing)
        )
        .into());
    }
    Ok(missing)
}

fn apt_get(arguments: &str) -> Command {
    Command::new("apt-get", "apt-get")
        .variable("DEBIAN_FRONTEND", "noninteractive")
        .arguments(arguments)
}

/// Those of them that are not there.
fn missing<'t>(tools: &[&'t Tool]) -> Vec<&'t Tool> {
    let is_missing = |tool: &&&Tool| !tool.is_found();
    tools.iter().filter(is_missing).copied().collect()
}

/// Their names in one line.
pub(crate) fn names(tools: &[&Tool]) -> String {
    let names: Vec<&str> = tools.iter().map(|tool| tool.name).collect();
    names.join(", ")
}
