//! Interfaces of exporters from CSV.

use core::net::IpAddr;
use std::path::Path;

use netflow_core::ConfiguredInterface;

use crate::{DefinitionError, LineFault, csv, read_text};

/// The columns, by name and in any order; the first three are required.
const COLUMNS: [&str; 5] = ["exporter", "index", "name", "speed", "description"];
/// Columns that each file has.
const REQUIRED: usize = 3;
/// Octets of the longest name and description: each flow may repeat them.
const LONGEST: usize = 1_024;

/// Reads the interfaces in a file, see [`parse_interfaces`].
///
/// # Errors
///
/// The file cannot be read, or a line has another form; the error names the line and what was expected there.
pub fn read_interfaces(path: &Path) -> Result<Vec<ConfiguredInterface>, DefinitionError> {
    parse_interfaces(&read_text(path)?, &path.display().to_string())
}

/// Reads the interfaces in a text of CSV; `file` is its name in errors.
///
/// The first line names the columns: `exporter`, the address that its datagrams come from; `index`, the number of
/// the interface in flows; `name`; and, if wanted, `speed` in bits per second, also as `10G`, and `description`.
/// All cells but the first two may be empty. Lines that begin with `#` are comments.
///
/// ```
/// let text = "exporter,index,name,speed,description\n192.0.2.1,3,uplink,10G,to the transit\n";
/// let interfaces = netflow_definitions::parse_interfaces(text, "interfaces.csv")?;
/// assert_eq!(interfaces[0].name.as_deref(), Some("uplink"));
/// assert_eq!(interfaces[0].speed, Some(10_000_000_000));
///
/// let text = "exporter,index,name\n192.0.2.1,eth0,uplink\n";
/// let error = netflow_definitions::parse_interfaces(text, "interfaces.csv").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "interfaces.csv:2: expected the index of an interface, found \"eth0\""
/// );
/// # Ok::<(), netflow_definitions::DefinitionError>(())
/// ```
///
/// # Errors
///
/// See [`read_interfaces`].
pub fn parse_interfaces(
    text: &str,
    file: &str,
) -> Result<Vec<ConfiguredInterface>, DefinitionError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    interfaces(text).map_err(|(line, reason)| DefinitionError {
        file: file.to_owned(),
        line,
        reason,
    })
}

fn interfaces(text: &str) -> Result<Vec<ConfiguredInterface>, LineFault> {
    let rows = csv::rows(text)?.into_iter();
    let mut rows = rows.filter(|(_, cells)| !is_comment(cells));
    let (line, header) = rows.next().unwrap_or((1, Vec::new()));
    let places = places(&header).map_err(|reason| (line, reason))?;
    rows.map(|(line, cells)| {
        if cells.len() != header.len() {
            let (expected, found) = (header.len(), cells.len());
            return Err((line, format!("expected {expected} cells, found {found}")));
        }
        let cell = |column: usize| {
            let place = places.get(column).copied().flatten();
            let cell = place.and_then(|place| cells.get(place));
            cell.map_or("", |cell| cell.trim())
        };
        interface([cell(0), cell(1), cell(2), cell(3), cell(4)]).map_err(|reason| (line, reason))
    })
    .collect()
}

fn is_comment(cells: &[String]) -> bool {
    cells.first().is_some_and(|cell| cell.starts_with('#'))
}

/// Where each column is.
fn places(header: &[String]) -> Result<[Option<usize>; COLUMNS.len()], String> {
    let mut places = [None; COLUMNS.len()];
    for (at, cell) in header.iter().enumerate() {
        let name = csv::normal(cell);
        let found = COLUMNS.iter().zip(&mut places);
        match found.into_iter().find(|(column, _)| **column == name) {
            Some((_, place)) if place.is_none() => *place = Some(at),
            Some(_) => return Err(format!("the column {name:?} is there twice")),
            None => {
                let columns = COLUMNS.join(", ");
                return Err(format!("expected the columns {columns}, found {name:?}"));
            }
        }
    }
    let missing = COLUMNS.iter().zip(places).take(REQUIRED);
    match missing.into_iter().find(|(_, place)| place.is_none()) {
        Some((column, _)) => Err(format!("expected the column {column:?} in the first line")),
        None => Ok(places),
    }
}

fn interface(cells: [&str; COLUMNS.len()]) -> Result<ConfiguredInterface, String> {
    let [exporter, index, name, speed, description] = cells;
    let expected = |what: &str, found: &str| format!("expected {what}, found {found:?}");
    let exporter: IpAddr = exporter
        .parse()
        .map_err(|_| expected("the IP address of an exporter", exporter))?;
    let index = index
        .parse()
        .map_err(|_| expected("the index of an interface", index))?;
    let mut interface = ConfiguredInterface::new(exporter, index);
    for text in [name, description] {
        if text.len() > LONGEST {
            let octets = text.len();
            return Err(format!("expected at most {LONGEST} octets, found {octets}"));
        }
    }
    let filled = |text: &str| (!text.is_empty()).then(|| text.into());
    interface.name = filled(name);
    interface.description = filled(description);
    if !speed.is_empty() {
        let number = bits_per_second(speed);
        interface.speed = Some(
            number.ok_or_else(|| expected("bits per second, such as 1000000000 or 1G", speed))?,
        );
    }
    Ok(interface)
}

/// A whole number of bits per second, with K, M, G or T for a thousand and its powers.
fn bits_per_second(text: &str) -> Option<u64> {
    let (digits, factor) = match text.char_indices().next_back()? {
        (at, 'k' | 'K') => (text.get(..at)?, 1_000),
        (at, 'm' | 'M') => (text.get(..at)?, 1_000_000),
        (at, 'g' | 'G') => (text.get(..at)?, 1_000_000_000),
        (at, 't' | 'T') => (text.get(..at)?, 1_000_000_000_000),
        _ => (text, 1),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let number: u64 = is_number.then(|| digits.parse().ok()).flatten()?;
    number.checked_mul(factor)
}
