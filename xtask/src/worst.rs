//! What hostile datagrams cost beside normal ones: instructions an octet, counted by
//! valgrind, and memory an octet, counted by an allocator.

use std::process::ExitCode;

use crate::command::{Command, cargo};
use crate::instructions::callgrind;
use crate::repository::{Result, target};

/// An octet of any datagram may cost at most this many times that of a normal one.
const MOST: f64 = 20.0;

/// Builds the programs, without what they do not need.
const BUILD: &str = "build --locked --quiet --release -p netflow-benches \
                     --no-default-features --features worst --bin worst --bin worst_memory";

/// Datagrams of a run; the costs of a run without any are taken off.
const DATAGRAMS: u32 = 200;

/// Prints the table; fails if a case costs more than it may.
pub(crate) fn run() -> ExitCode {
    match table() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("== {error}");
            ExitCode::FAILURE
        }
    }
}

/// The same as a step of the tests.
pub(crate) fn table() -> Result {
    cargo(BUILD).run()?;
    let release = target().join("release");
    let [program, memory] = ["worst", "worst_memory"].map(|name| release.join(name));
    let program = program.to_str().ok_or("the path is not text")?;
    let memory = memory.to_str().ok_or("the path is not text")?;
    let list = lines(Command::new(program, "worst"))?;
    let memory = lines(Command::new(memory, "worst_memory"))?;
    println!(
        "| protocol | datagram | octets | instructions an octet | times the normal | memory an octet |"
    );
    println!("|---|---|---|---|---|---|");
    let mut normal = (String::new(), 1.0);
    let mut beyond = Vec::new();
    for (number, (case, memory)) in list.iter().zip(&memory).enumerate() {
        let mut columns = case.splitn(3, '\t');
        let mut next = || columns.next().ok_or("a case is not printed as expected");
        let (protocol, octets, name) = (next()?, next()?.parse::<f64>()?, next()?);
        let counted = instructions(program, number, DATAGRAMS)? - instructions(program, number, 0)?;
        let each = counted / f64::from(DATAGRAMS) / octets;
        if protocol != normal.0 {
            normal = (protocol.to_owned(), each);
        }
        let times = each / normal.1;
        let memory = memory.parse::<f64>()? / octets;
        println!("| {protocol} | {name} | {octets} | {each:.1} | {times:.1} | {memory:.1} |");
        if times > MOST {
            beyond.push(name.to_owned());
        }
    }
    if beyond.is_empty() {
        return Ok(());
    }
    Err(format!("more than is allowed: {}", beyond.join("; ")).into())
}

fn lines(command: Command) -> Result<Vec<String>> {
    let output = command.output()?;
    let text = String::from_utf8(output.stdout)?;
    if !output.status.success() || text.is_empty() {
        return Err("worst failed".into());
    }
    Ok(text.lines().map(str::to_owned).collect())
}

/// Instructions of a run over this number of datagrams of a case.
fn instructions(program: &str, number: usize, datagrams: u32) -> Result<f64> {
    let (number, datagrams) = (number.to_string(), datagrams.to_string());
    Ok(callgrind(&[program, &number, &datagrams])?)
}
