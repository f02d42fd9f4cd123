//! The flows of a span of time, as a filter.

use core::time::Duration;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use netflow_core::Timestamp;
use netflow_io::{Arrival, CaptureOptions, Datagrams as _};
use netflow_query::Filter;

use crate::args::{Bound, InputArgs, Window};
use crate::usage::Usage;

/// The filter of the user and of the window together, for flows whose addresses are not replaced. The
/// inputs are read once if `--last` has to find the newest datagram.
pub(crate) fn filter(
    window: &Window,
    chosen: Option<&Filter>,
    inputs: &InputArgs,
    is_followed: bool,
) -> Result<Option<Filter>, Usage> {
    let last = window.last.map(|last| start_of(last, inputs, is_followed));
    let last = last.transpose()?.map(|start| Bound(start.to_string()));
    let mut parts: Vec<String> = Vec::new();
    parts.extend(chosen.map(|filter| filter.as_str().to_owned()));
    // The other end of the flow stands in for the one that is absent, then the receive time; that
    // counts too where the times are impossible.
    if let Some(Bound(since)) = window.since.as_ref().or(last.as_ref()) {
        parts.push(format!(
            "clock_suspect = true and received >= \"{since}\" or not clock_suspect = true and \
             (end >= \"{since}\" or not has end and (start >= \"{since}\" or not has start and \
             received >= \"{since}\"))"
        ));
    }
    if let Some(Bound(until)) = &window.until {
        parts.push(format!(
            "clock_suspect = true and received < \"{until}\" or not clock_suspect = true and \
             (start < \"{until}\" or not has start and (end < \"{until}\" or not has end and \
             received < \"{until}\"))"
        ));
    }
    if parts.is_empty() {
        return Ok(None);
    }
    let all = match &parts[..] {
        [part] => Filter::parse(part),
        parts => {
            let parts: Vec<String> = parts.iter().map(|part| format!("({part})")).collect();
            Filter::parse(&parts.join(" and "))
        }
    };
    all.map(Some).map_err(Usage::Filter)
}

/// The start of the last span of the inputs.
fn start_of(last: Duration, inputs: &InputArgs, is_followed: bool) -> Result<Timestamp, Usage> {
    let end = if is_followed {
        Timestamp::from_system_time(SystemTime::now()).as_nanos()
    } else if inputs.files.iter().any(|path| is_pipe(path)) {
        return Err(Usage::LastOfPipe);
    } else {
        let options = CaptureOptions::default().with_ports(inputs.ports.iter().copied());
        let newest = inputs
            .files
            .iter()
            .filter_map(|path| newest(path, &options));
        let newest = newest.max();
        newest.map_or(0, Timestamp::as_nanos)
    };
    let last = i64::try_from(last.as_nanos()).unwrap_or(i64::MAX);
    Ok(Timestamp::from_nanos(end.saturating_sub(last)))
}

/// Whether a file cannot be read twice.
fn is_pipe(path: &Path) -> bool {
    path.as_os_str() == "-" || fs::metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

/// When the newest datagram of a file was received. What cannot be read is reported when the file is
/// decoded.
fn newest(path: &Path, options: &CaptureOptions) -> Option<Timestamp> {
    let mut source = netflow_io::open_with(path, options.clone()).ok()?;
    let mut newest = None;
    while let Some(Ok(arrival)) = source.next_arrival() {
        if let Arrival::Datagram(datagram) = arrival {
            newest = newest.max(Some(datagram.received));
        }
    }
    newest
}
