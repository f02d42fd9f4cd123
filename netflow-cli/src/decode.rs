//! `netflow decode`: files in, rows out.

use netflow_core::SessionScope;
use netflow_output::sink::Folder;

use crate::args::Decode;
use crate::plan::{Plan, Usage};
use crate::run::Job;
use crate::status::Status;
use crate::stderr;

/// Runs the command; what makes no sense of it is told by the caller.
pub(crate) fn run(args: &Decode) -> Result<Status, Usage> {
    let plan = Plan::new(args)?;
    let job = Job {
        files: &args.files,
        ports: &args.ports,
        // A folder is not written as one file.
        output: args.output.as_deref().filter(|_| !plan.is_folder()),
        state: args.state.as_deref(),
        scope: if args.by_port {
            SessionScope::Transport
        } else {
            SessionScope::Exporter
        },
        exporters: &args.exporters,
        quiet: args.quiet,
        summary: !args.quiet,
        strict: args.strict,
    };
    let Some(path) = args.output.as_deref().filter(|_| plan.is_folder()) else {
        return job.run(|files, limits| plan.rows(files, limits.list_depth));
    };
    match Folder::create(path) {
        Ok(folder) => job.run(|files, _| plan.tables(folder, files)),
        Err(error) => {
            let path = path.display();
            stderr::line(&format_args!("{path} cannot be written: {error}"));
            Ok(Status::Unreadable)
        }
    }
}
