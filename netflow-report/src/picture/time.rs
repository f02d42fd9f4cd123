//! Stacked traffic over time.

use netflow_core::Timestamp;
use svg::node::element::Element;
use svg::node::{Node as _, Text};

use super::{axis, colour, element, number, picture, rectangle, text, titled};
use crate::gather::timeline::Band;
use crate::quantity::{harmless, short, span, to_f64, utc, with_unit};

/// Size and margins.
struct Frame {
    width: f64,
    height: f64,
    left: f64,
    bottom: f64,
}

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chart<'c> {
    pub(crate) title: &'c str,
    pub(crate) bands: &'c [Band],
    /// The names of the bands.
    pub(crate) names: &'c [String],
    /// Nanoseconds since 1970.
    pub(crate) start: i64,
    /// Nanoseconds.
    pub(crate) interval: i64,
    pub(crate) quantity: Quantity,
}

/// What the heights are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// Bits a second.
    Bits,
    /// Packets a second.
    Packets,
}

impl Chart<'_> {
    /// The picture for a page of this width in pixels.
    pub(crate) fn draw(&self, width: f64) -> String {
        let is_narrow = width < 500.0;
        let frame = Frame {
            width,
            height: if is_narrow { 200.0 } else { 260.0 },
            left: 52.0,
            bottom: 22.0,
        };
        let rates: Vec<Vec<f64>> = self.bands.iter().map(|band| self.rates(band)).collect();
        let count = rates.first().map_or(0, Vec::len);
        let totals: Vec<f64> = (0..count)
            .map(|index| rates.iter().filter_map(|band| band.get(index)).sum())
            .collect();
        let marks = axis::marks(totals.iter().copied().fold(0.0, f64::max));
        let most = marks.last().copied().unwrap_or(1.0);
        let mut svg = picture(frame.width, frame.height, self.title);
        self.draw_axes(&frame, &marks, is_narrow, &mut svg);
        let mut below = vec![0.0; count];
        for (index, band) in rates.iter().enumerate() {
            let above: Vec<f64> = below
                .iter()
                .zip(band)
                .map(|(low, rate)| low + rate)
                .collect();
            let path = area(&frame, most, &below, &above);
            let class = format!("{} band", colour(index));
            svg.append(element(
                "path",
                [("d", path.into()), ("class", class.into())],
            ));
            below = above;
        }
        if !is_narrow {
            self.draw_hover(&frame, &rates, &totals, &mut svg);
        }
        svg.to_string()
    }

    /// The rate in each interval.
    fn rates(&self, band: &Band) -> Vec<f64> {
        let seconds = to_f64(self.interval.unsigned_abs()) / 1e9;
        let (counts, factor) = match self.quantity {
            Quantity::Bits => (&band.octets, 8.0),
            Quantity::Packets => (&band.packets, 1.0),
        };
        let rates = counts.iter().map(|count| to_f64(*count) * factor / seconds);
        rates.collect()
    }

    fn unit(&self) -> &'static str {
        match self.quantity {
            Quantity::Bits => "bit/s",
            Quantity::Packets => "packets/s",
        }
    }

    fn draw_axes(&self, frame: &Frame, marks: &[f64], is_narrow: bool, svg: &mut Element) {
        let most = marks.last().copied().unwrap_or(1.0);
        for mark in marks {
            let y = frame.y(*mark, most);
            let mut line = rectangle([frame.left, y, frame.width - frame.left, 0.6], "grid");
            line.assign("aria-hidden", "true");
            svg.append(line);
            svg.append(text(frame.left - 6.0, y + 4.0, "end", &short(*mark)));
        }
        svg.append(text(0.0, 11.0, "start", self.unit()));
        let count = self.bands.first().map_or(0, |band| band.octets.len());
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let end = self
            .start
            .saturating_add(self.interval.saturating_mul(count));
        let most = if is_narrow { 4 } else { 9 };
        for time in axis::times(self.start, end, most) {
            let part =
                to_f64(time.abs_diff(self.start)) / to_f64(end.abs_diff(self.start)).max(1.0);
            let x = frame.left + part * (frame.width - frame.left);
            if x > frame.width - 24.0 {
                continue;
            }
            svg.append(time_text(x, frame.height - 6.0, time));
        }
    }

    fn draw_hover(&self, frame: &Frame, rates: &[Vec<f64>], totals: &[f64], svg: &mut Element) {
        for (index, total) in (0_u64..).zip(totals) {
            let at = usize::try_from(index).unwrap_or_default();
            let step =
                (frame.width - frame.left) / to_f64(u64::try_from(totals.len()).unwrap_or(1));
            let x = frame.left + step * to_f64(index);
            let offset = i64::try_from(index)
                .unwrap_or(0)
                .saturating_mul(self.interval);
            let time = Timestamp::from_nanos(self.start.saturating_add(offset));
            let interval = span(self.interval.unsigned_abs());
            let mut title = format!(
                "{} UTC, {interval}\n{}",
                utc(time),
                with_unit(*total, self.unit())
            );
            for (name, band) in self.names.iter().zip(rates) {
                let rate = band.get(at).copied().unwrap_or(0.0);
                if rate > 0.0 {
                    title += &format!("\n{}: {}", harmless(name), with_unit(rate, self.unit()));
                }
            }
            let place = [x, 0.0, step, frame.height - frame.bottom];
            svg.append(titled(rectangle(place, "hover"), &title));
        }
    }
}

impl Frame {
    fn y(&self, value: f64, most: f64) -> f64 {
        let top = 26.0;
        let room = self.height - self.bottom - top;
        top + room * (1.0 - value / most)
    }
}

/// The outline of a band whose intervals are as high as their rates.
fn area(frame: &Frame, most: f64, below: &[f64], above: &[f64]) -> String {
    let count = to_f64(u64::try_from(above.len()).unwrap_or(1)).max(1.0);
    let step = (frame.width - frame.left) / count;
    let mut path = String::new();
    let mut x = frame.left;
    for (index, value) in above.iter().enumerate() {
        let y = number(frame.y(*value, most));
        let command = if index == 0 { 'M' } else { 'L' };
        path += &format!("{command}{} {y}H{}", number(x), number(x + step));
        x += step;
    }
    for value in below.iter().rev() {
        path += &format!("V{}H{}", number(frame.y(*value, most)), number(x - step));
        x -= step;
    }
    path.push('Z');
    path
}

/// A time in UTC, which the script of the page writes in the reader's zone.
fn time_text(x: f64, y: f64, time: i64) -> Element {
    let written = utc(Timestamp::from_nanos(time));
    let mut made = element(
        "text",
        [
            ("x", number(x).into()),
            ("y", number(y).into()),
            ("text-anchor", "middle".into()),
        ],
    );
    let short = written.get(11..19).unwrap_or(&written);
    let mut shown = element(
        "tspan",
        [("data-time", (time / 1_000_000).to_string().into())],
    );
    shown.append(Text::new(short));
    made = titled(made, &format!("{written} UTC"));
    made.append(shown);
    made
}
