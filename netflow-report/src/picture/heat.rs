//! Hosts by ports: how much each host received on each port.

use svg::node::Node as _;

use super::{picture, rectangle, text, titled};
use crate::quantity::{harmless, short_count, to_f64};

/// What is drawn.
#[derive(Debug)]
pub(crate) struct Heat {
    pub(crate) hosts: Vec<String>,
    pub(crate) ports: Vec<String>,
    /// Octets, by host and then port.
    pub(crate) octets: Vec<Vec<u64>>,
}

impl Heat {
    pub(crate) fn draw(&self, title: &str) -> String {
        const LEFT: f64 = 200.0;
        const CELL: f64 = 22.0;
        const COLUMN: f64 = 44.0;
        const TOP: f64 = 20.0;
        let columns = to_f64(u64::try_from(self.ports.len()).unwrap_or(1));
        let rows = to_f64(u64::try_from(self.hosts.len()).unwrap_or(1));
        let mut svg = picture(LEFT + COLUMN * columns, TOP + CELL * rows, title);
        let most = self.octets.iter().flatten().copied().max().unwrap_or(1);
        let scale = to_f64(most).ln_1p().max(1.0);
        for (port, x) in self.ports.iter().zip(steps(LEFT, COLUMN)) {
            svg.append(text(x + COLUMN / 2.0, TOP - 6.0, "middle", port));
        }
        for ((host, octets), y) in self.hosts.iter().zip(&self.octets).zip(steps(TOP, CELL)) {
            svg.append(text(LEFT - 8.0, y + 15.0, "end", &shortened(host)));
            for ((port, octets), x) in self.ports.iter().zip(octets).zip(steps(LEFT, COLUMN)) {
                let place = [x + 1.0, y + 1.0, COLUMN - 2.0, CELL - 2.0];
                let mut cell = rectangle(place, "heat");
                let strength = to_f64(*octets).ln_1p() / scale;
                cell.assign("fill-opacity", format!("{:.2}", 0.04 + 0.96 * strength));
                let title = format!(
                    "{} port {port}: {} octets",
                    harmless(host),
                    short_count(*octets)
                );
                svg.append(titled(cell, &title));
            }
        }
        svg.to_string()
    }
}

fn steps(start: f64, step: f64) -> impl Iterator<Item = f64> {
    core::iter::successors(Some(start), move |at| Some(at + step))
}

/// An address that fits; the longest of IPv6 have 39 characters.
fn shortened(host: &str) -> String {
    const FITS: usize = 28;
    let host = harmless(host);
    if host.chars().count() <= FITS {
        return host;
    }
    let start: String = host.chars().take(FITS - 1).collect();
    start + "…"
}
