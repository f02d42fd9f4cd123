//! The tests in C, compiled one way.

use core::fmt;
use std::fs;
use std::path::PathBuf;

use super::shared::folder;
use crate::command::Command;
use crate::install::InstallPaths;
use crate::repository::{Result, root};

/// How a program is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Linkage {
    /// To the shared library.
    Shared,
    /// To the archive.
    Static,
}

/// One of the programs.
#[derive(Debug)]
pub(in crate::test) struct Program {
    name: String,
    file: PathBuf,
    libdir: PathBuf,
    under_valgrind: bool,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A leak of any kind is an error but what is still reachable at the end, which is the runtime's.
const VALGRIND: &str = "--quiet --error-exitcode=9 --leak-check=full \
                        --errors-for-leak-kinds=definite,indirect,possible";

impl Program {
    /// Compiles the tests.
    pub(super) fn build(
        place: &InstallPaths,
        compiler: &str,
        standard: &str,
        linkage: Linkage,
        options: &str,
    ) -> Result<Self> {
        let linked = match linkage {
            Linkage::Shared => "shared",
            Linkage::Static => "static",
        };
        let sanitized = if options.contains("-fsanitize") {
            " sanitized"
        } else {
            ""
        };
        let name = format!("{compiler} {standard} {linked}{sanitized}");
        let file = folder().join("programs").join(name.replace(' ', "-"));
        fs::create_dir_all(folder().join("programs"))?;

        let language = if standard.starts_with("c++") {
            "c++"
        } else {
            "c"
        };
        let include = place.prefix.join("include");
        let mut build = Command::new(compiler, compiler)
            .arguments(&format!(
                "-std={standard} {options} -D_POSIX_C_SOURCE=200809L"
            ))
            .joined("-I", &include)
            .arguments(&format!("-x {language}"));
        let mut sources: Vec<PathBuf> = fs::read_dir(root().join("netflow-ffi/tests/c"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<std::io::Result<_>>()?;
        sources.retain(|path| path.extension().is_some_and(|extension| extension == "c"));
        sources.sort();
        for source in &sources {
            build = build.path_unseen(source);
        }
        build = build.arguments("-x none -o").path(&file);
        build = match linkage {
            Linkage::Shared => build.joined("-L", &place.libdir()).arguments("-lnetflow"),
            Linkage::Static => build
                .path(&place.libdir().join("libnetflow.a"))
                .arguments("-lutil -lrt -lm -ldl"),
        };
        build.arguments("-lpthread").run()?;
        Ok(Self {
            name,
            file,
            libdir: place.libdir(),
            under_valgrind: false,
        })
    }

    /// The same, watched by Valgrind.
    pub(super) fn under_valgrind(self) -> Self {
        Self {
            under_valgrind: true,
            ..self
        }
    }

    /// Runs one of its commands.
    pub(super) fn run(&self, command: &str) -> Result {
        self.run_on(command, &[])
    }

    /// Runs one of its commands on files.
    pub(super) fn run_on(&self, command: &str, files: &[PathBuf]) -> Result {
        self.print(command, files).map(drop)
    }

    /// Runs one of its commands on files and returns what it prints.
    pub(in crate::test) fn print(&self, command: &str, files: &[PathBuf]) -> Result<Vec<u8>> {
        let mut run = if self.under_valgrind {
            Command::new("valgrind", &format!("valgrind, {}", self.name))
                .arguments(VALGRIND)
                .path(&self.file)
        } else {
            Command::new(&self.file, &self.name)
        };
        run = run
            .arguments(command)
            .variable("LD_LIBRARY_PATH", &self.libdir);
        for file in files {
            run = run.path_unseen(file);
        }
        run.printed()
    }
}
