//! Bars on a logarithmic scale, as SVG: light and dark by the reader's preference.

use core::fmt::Write as _;

use super::figure::number;
use crate::measured::precise;

/// A bar: its label and the value.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: f64,
    /// Of this project.
    pub(super) is_ours: bool,
}

const WIDTH: f64 = 760.0;
const LABELS: f64 = 220.0;
const NUMBERS: f64 = 90.0;
const ROW: f64 = 26.0;
const TOP: f64 = 58.0;

/// A plot of these bars, the smallest first.
pub(super) fn bars(title: &str, unit: &str, bars: &[Bar]) -> String {
    let mut sorted: Vec<&Bar> = bars.iter().filter(|bar| bar.value > 0.0).collect();
    sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
    let least = sorted.first().map_or(1.0, |bar| bar.value);
    let most = sorted.last().map_or(10.0, |bar| bar.value);
    // Whole powers of ten around the values.
    let (low, high) = (
        least.log10().floor(),
        most.log10().ceil().max(least.log10().floor() + 1.0),
    );
    let room = WIDTH - LABELS - NUMBERS;
    let at = |value: f64| LABELS + (value.log10() - low) / (high - low) * room;
    let height = TOP + ROW * precise(sorted.len() as u64) + 30.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\">\n\
         <title>{title}</title>\n\
         <style>\n\
         .back {{ fill: #fff }} .text {{ fill: #1b1f24 }} .quiet {{ fill: #57606a; font-size: 11px }}\n\
         .line {{ stroke: #d0d7de }} .ours {{ fill: #0969da }} .other {{ fill: #8c959f }}\n\
         @media (prefers-color-scheme: dark) {{ .back {{ fill: #0d1117 }} .text {{ fill: #e6edf3 }}\n\
         .quiet {{ fill: #9198a1 }} .line {{ stroke: #30363d }} .ours {{ fill: #4493f8 }} .other {{ fill: #6e7681 }} }}\n\
         </style>\n\
         <rect class=\"back\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
         <text class=\"text\" x=\"12\" y=\"24\" font-size=\"15\" font-weight=\"bold\">{title}</text>\n\
         <text class=\"quiet\" x=\"12\" y=\"42\">{unit}, logarithmic; shorter is better</text>\n"
    );
    let bottom = height - 24.0;
    let mut power = low;
    while power <= high {
        let x = at(10_f64.powf(power));
        let label = number(10_f64.powf(power));
        let _ = writeln!(
            svg,
            "<line class=\"line\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{bottom}\"/>\
             <text class=\"quiet\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
            bottom + 14.0
        );
        power += 1.0;
    }
    let mut y = TOP;
    for bar in sorted {
        let class = if bar.is_ours { "ours" } else { "other" };
        let end = at(bar.value);
        let _ = writeln!(
            svg,
            "<text class=\"text\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <rect class=\"{class}\" x=\"{LABELS}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"2\"/>\
             <text class=\"text\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            LABELS - 8.0,
            y + 17.0,
            bar.label,
            y + 4.0,
            (end - LABELS).max(2.0),
            ROW - 8.0,
            end.max(LABELS + 2.0) + 6.0,
            y + 17.0,
            number(bar.value)
        );
        y += ROW;
    }
    svg.push_str("</svg>\n");
    svg
}
