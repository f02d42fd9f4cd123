//! The tests on a machine whose numbers are the other way round: s390x, emulated, by the oldest
//! compiler that is supported.
//!
//! Debian has all that is needed. Nothing is installed: packages are taken from where the system
//! takes its own, with a state of apt of their own, and laid out below the target folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::c;
use crate::command::Command;
use crate::repository::{Result, root, target};

/// What a program for the machine is called.
const TARGET: &str = "s390x-unknown-linux-gnu";
/// Compiler and both standard libraries have to be of one version, Debian 12's.
const RUST: &str = "1.85.0+dfsg3-1~deb12u3";
const RUST_PACKAGES: [&str; 5] = [
    "rustc-web",
    "cargo-web",
    "libstd-rust-web-dev",
    "libstd-rust-web-1.85",
    "libstd-rust-web-dev:s390x",
];
/// What they are linked to, a compiler and a C library for the machine, and the machine.
const PACKAGES: &str = "libllvm19 libgit2-1.5 libhttp-parser2.9 libmbedcrypto7 libmbedtls14 \
    libmbedx509-1 libpcre3 gcc-12-s390x-linux-gnu cpp-12-s390x-linux-gnu \
    binutils-s390x-linux-gnu libc6-s390x-cross libc6-dev-s390x-cross libgcc-s1-s390x-cross \
    libgcc-12-dev-s390x-cross linux-libc-dev-s390x-cross qemu-user-static";

/// The tests that are run. Those of hostile octets would take hours there.
const TESTS: &str = "--lib --test allocation --test budget --test decoder --test encode \
    --test flow_widths --test properties --test sflow --test simulation \
    --test snapshot";

/// Tests of the core, and the programs in C: what they print of every capture has to be what
/// they print here, where it is compared with the expected rows.
pub(super) fn run() -> Result {
    if !is_here() {
        return Ok(());
    }
    let machine = Machine::get()?;
    // That proptest says it needs a newer compiler keeps nobody from testing with this one.
    machine
        .cargo("test --locked --ignore-rust-version --profile checked --target")?
        .arguments(TARGET)
        .arguments("-p netflow-core --features netflow-core/encode")
        .arguments(TESTS)
        .variable("PROPTEST_CASES", "64")
        .run()?;
    programs(&machine)
}

/// The oldest compiler builds all that users get.
pub(super) fn oldest() -> Result {
    if !is_here() {
        return Ok(());
    }
    Machine::get()?
        .cargo("check --locked --workspace --lib --bins --features")?
        .text(&crate::features::all()?)
        .arguments("--exclude netflow-benches --exclude xtask")
        .run()
}

/// Whether the packages run here.
fn is_here() -> bool {
    let is_here = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    if !is_here {
        println!("the packages are for Linux on x86-64: not run");
    }
    is_here
}

fn programs(machine: &Machine) -> Result {
    machine
        .cargo("rustc --locked --profile checked -p netflow-ffi --lib --crate-type staticlib")?
        .arguments("--target")
        .arguments(TARGET)
        .run()?;
    let built = machine.folder.join("target").join(TARGET).join("checked");
    let program = machine.folder.join("tests-in-c");
    let sources = root().join("netflow-ffi/tests/c");
    let mut build = Command::new(machine.gcc(), "s390x-linux-gnu-gcc")
        .arguments("-std=c11 -D_POSIX_C_SOURCE=200809L")
        .joined("-I", &root().join("include"))
        .variable("LD_LIBRARY_PATH", machine.libraries());
    for entry in fs::read_dir(&sources)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "c") {
            build = build.path_unseen(&path);
        }
    }
    build
        .path(&built.join("libnetflow.a"))
        .arguments("-lgcc_s -lutil -lrt -lpthread -lm -ldl -o")
        .path(&program)
        .run()?;
    let here = c::program()?;
    let inputs = c::inputs()?;
    for command in ["api", "layout"] {
        machine.print(&program, command, &[])?;
    }
    for command in ["flows batch", "walk"] {
        let printed = machine.print(&program, command, &inputs)?;
        if printed != here.print(command, &inputs)? {
            return Err(format!("{command} prints something else there").into());
        }
        println!("{} octets are the same", printed.len());
    }
    Ok(())
}

/// The machine, and what builds for it.
struct Machine {
    folder: PathBuf,
}

impl Machine {
    /// Gets the packages, unless they are there.
    fn get() -> Result<Self> {
        let machine = Self {
            folder: target().join("big-endian"),
        };
        let done = machine.folder.join("packages-of");
        let wanted = format!("{RUST} {PACKAGES}");
        if fs::read_to_string(&done).is_ok_and(|had| had == wanted) {
            return Ok(machine);
        }
        if machine.root().exists() {
            fs::remove_dir_all(machine.root())?;
        }
        machine.download()?;
        machine.wrap()?;
        fs::write(done, wanted)?;
        Ok(machine)
    }

    fn download(&self) -> Result {
        let packages = self.folder.join("packages");
        if packages.exists() {
            fs::remove_dir_all(&packages)?;
        }
        for folder in [
            "apt/lists/partial",
            "apt/archives/partial",
            "packages",
            "root",
        ] {
            fs::create_dir_all(self.folder.join(folder))?;
        }
        // No package counts as installed.
        fs::write(self.folder.join("apt/status"), "")?;
        self.apt("update").run()?;
        let mut download = self.apt("download").arguments(PACKAGES);
        for name in RUST_PACKAGES {
            download = download.arguments(&format!("{name}={RUST}"));
        }
        download.inside(&packages.to_string_lossy()).run()?;
        for entry in fs::read_dir(&packages)? {
            Command::new("dpkg", "dpkg")
                .arguments("-x")
                .path(&entry?.path())
                .path(&self.root())
                .run()?;
        }
        Ok(())
    }

    fn apt(&self, what: &str) -> Command {
        let apt = self.folder.join("apt");
        Command::new("apt-get", "apt-get")
            .arguments("-qq")
            .joined("-oDir::State=", &apt)
            .joined("-oDir::State::status=", &apt.join("status"))
            .joined("-oDir::Cache=", &apt)
            .arguments("-oAPT::Architecture=amd64 -oAPT::Architectures=amd64,s390x")
            .arguments(what)
    }

    /// The C compiler with the paths of its files. rustc takes it for a compiler by its name.
    fn wrap(&self) -> Result {
        let root = self.root();
        let root = root.display();
        let bin = self.folder.join("bin");
        fs::create_dir_all(&bin)?;
        fs::write(
            self.gcc(),
            format!(
                "#!/bin/sh\nexec {root}/usr/bin/s390x-linux-gnu-gcc-12 --sysroot={root} \
                 -B{root}/usr/bin/s390x-linux-gnu- -B{root}/usr/s390x-linux-gnu/lib \"$@\"\n"
            ),
        )?;
        Command::new("chmod", "chmod")
            .arguments("+x")
            .path(&self.gcc())
            .run()?;
        // By this name it is looked for where C is compiled into an archive.
        Command::new("ln", "ln")
            .arguments("-sf")
            .path(&self.root().join("usr/bin/s390x-linux-gnu-ar"))
            .path(&bin)
            .run()
    }

    fn root(&self) -> PathBuf {
        self.folder.join("root")
    }

    fn gcc(&self) -> PathBuf {
        self.folder.join("bin/s390x-linux-gnu-gcc")
    }

    /// Where the tools find their libraries.
    fn libraries(&self) -> String {
        let root = self.root();
        let root = root.display();
        format!("{root}/usr/lib/x86_64-linux-gnu:{root}/lib/x86_64-linux-gnu")
    }

    /// The emulator of it.
    fn emulator(&self) -> PathBuf {
        self.root().join("usr/bin/qemu-s390x-static")
    }

    fn cargo(&self, arguments: &str) -> Result<Command> {
        let tool = |name: &str| self.root().join("usr/bin").join(name);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [self.folder.join("bin")];
        let path = std::env::join_paths(folders.into_iter().chain(std::env::split_paths(&path)))?;
        let emulator = format!(
            "{} -L {}",
            self.emulator().display(),
            self.root().join("usr/s390x-linux-gnu").display()
        );
        Ok(Command::new(tool("cargo"), "cargo of Debian")
            .arguments(arguments)
            .variable_unseen("PATH", path)
            .variable_unseen("LD_LIBRARY_PATH", self.libraries())
            .variable_unseen("RUSTC", tool("rustc"))
            .variable_unseen("RUSTDOC", tool("rustdoc"))
            .variable_unseen("CARGO_TARGET_DIR", self.folder.join("target"))
            .variable_unseen("CARGO_TARGET_S390X_UNKNOWN_LINUX_GNU_LINKER", self.gcc())
            .variable_unseen("CARGO_TARGET_S390X_UNKNOWN_LINUX_GNU_RUNNER", emulator))
    }

    /// What a program prints there.
    fn print(&self, program: &Path, command: &str, files: &[PathBuf]) -> Result<Vec<u8>> {
        let mut run = Command::new(self.emulator(), "qemu-s390x")
            .arguments("-L")
            .path(&self.root().join("usr/s390x-linux-gnu"))
            .path(program)
            .arguments(command);
        for file in files {
            run = run.path_unseen(file);
        }
        run.printed()
    }
}
