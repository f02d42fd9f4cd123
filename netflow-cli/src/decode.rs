//! `netflow decode`: files in, rows out.

use netflow_core::SessionScope;

use crate::args::Decode;
use crate::plan::Plan;
use crate::rows::Consumer;
use crate::run::{Job, Work};
use crate::status::Status;
use crate::usage::Usage;

/// Runs the command. The caller reports arguments that contradict each other.
pub(crate) fn run(args: &Decode) -> Result<Status, Usage> {
    let plan = Plan::new(args)?;
    if let Some(names) = args.dialect.host_names() {
        // Nothing is lost while a file waits.
        names.set_patience(args.dns_wait);
    }
    let job = Job {
        host_names: args.dialect.host_names(),
        state: args.state.as_deref(),
        scope: if args.by_port {
            SessionScope::Transport
        } else {
            SessionScope::Exporter
        },
        anonymiser: args.anonymise.as_ref().map(|key| &key.anonymiser),
        is_followed: args.follow,
        quiet: args.quiet,
        summary: !args.quiet,
        strict: args.strict,
        ..Job::new(&args.inputs, args.output.as_deref())
    };
    job.run(|files, limits| {
        if let Some(formats) = plan.formats(files, limits.list_depth) {
            return Ok(Work::Threads(formats, job.output()?));
        }
        let sink = match job.output {
            Some(path) if plan.is_folder() => plan.folder(path, files)?,
            _ => plan.stream(job.output()?, files, limits.list_depth)?,
        };
        Ok(Work::One(Consumer::Rows(sink)))
    })
}
