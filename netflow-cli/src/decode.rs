//! `netflow decode`: files in, rows out.

use crate::args::Decode;
use crate::plan::{Plan, Usage};
use crate::run::Job;
use crate::status::Status;

/// Runs the command; what makes no sense of it is told by the caller.
pub(crate) fn run(args: &Decode) -> Result<Status, Usage> {
    let plan = Plan::new(args)?;
    let job = Job {
        files: &args.files,
        ports: &args.ports,
        output: args.output.as_deref(),
        state: args.state.as_deref(),
        quiet: args.quiet,
        summary: !args.quiet,
        strict: args.strict,
    };
    job.run(|files, limits| plan.rows(files, limits.list_depth))
}
