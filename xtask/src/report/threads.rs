//! What a second thread saves when Parquet is written.

use super::kit::{Kit, Run};
use crate::command::Command;
use crate::repository::Result;

/// Datagrams of the capture, of several exporters.
const DATAGRAMS: u32 = 20_000;
const EXPORTERS: u32 = 16;
/// Runs of each, one after the other.
const ROUNDS: u32 = 7;

/// How often one thread's time contains that of two; `None` if their files differ.
pub(super) fn measure(kit: &Kit) -> Result<Option<f64>> {
    if !kit.netflow.exists() {
        return Ok(None);
    }
    let capture = kit.file("threads.pcap");
    Command::new(&kit.peers, "netflow-peers")
        .arguments(&format!("capture v9 {DATAGRAMS}"))
        .path(&capture)
        .arguments(&EXPORTERS.to_string())
        .run()?;
    let outputs = ["1", "2"].map(|threads| kit.file(&format!("threads_{threads}.parquet")));
    let mut fastest = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        for (threads, (output, least)) in (1..).zip(outputs.iter().zip(&mut fastest)) {
            let program = kit.netflow.display();
            let command = format!("{program} decode -q -f parquet --threads {threads} -o");
            let command = command.split(' ').map(str::to_owned);
            let files = [output, &capture].map(|file| file.display().to_string());
            let command: Vec<String> = command.chain(files).collect();
            let _ = std::fs::remove_file(output);
            *least = least.min(Run::of(&command, "/dev/null".as_ref())?.passed);
        }
    }
    let [one, two] = outputs.map(std::fs::read);
    let is_same = one? == two?;
    Ok(is_same.then_some(fastest[0] / fastest[1]))
}
