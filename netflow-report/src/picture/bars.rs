//! Bars: one in a row of a table, and the classes of a histogram.

use svg::node::Node as _;

use super::{axis, picture, rectangle, text, titled};
use crate::quantity::{short, to_f64};

/// A bar that fills this part of its width, from 0 to 1.
pub(crate) fn bar(part: f64) -> String {
    let mut svg = picture(100.0, 10.0, "");
    svg.assign("preserveAspectRatio", "none");
    svg.assign("class", "bar");
    svg.assign("aria-hidden", "true");
    svg.append(rectangle(
        [0.0, 0.0, 100.0 * part.clamp(0.0, 1.0), 10.0],
        "c0",
    ));
    svg.to_string()
}

/// A histogram: the label of each class, its title and its count.
pub(crate) fn histogram(title: &str, classes: &[(String, String, u64)]) -> String {
    const WIDTH: f64 = 460.0;
    const HEIGHT: f64 = 190.0;
    const LEFT: f64 = 46.0;
    const BOTTOM: f64 = 22.0;
    const TOP: f64 = 26.0;
    let mut svg = picture(WIDTH, HEIGHT, title);
    let most = classes.iter().map(|(.., count)| *count).max().unwrap_or(0);
    let marks = axis::marks(to_f64(most));
    let highest = marks.last().copied().unwrap_or(1.0);
    let y = |value: f64| TOP + (HEIGHT - BOTTOM - TOP) * (1.0 - value / highest);
    for mark in &marks {
        svg.append(rectangle([LEFT, y(*mark), WIDTH - LEFT, 0.6], "grid"));
        svg.append(text(LEFT - 6.0, y(*mark) + 4.0, "end", &short(*mark)));
    }
    svg.append(text(0.0, 11.0, "start", "flows"));
    let count = to_f64(u64::try_from(classes.len()).unwrap_or(1)).max(1.0);
    let step = ((WIDTH - LEFT) / count).min(40.0);
    // As many labels as fit.
    let every = classes.len().div_ceil(7).max(1);
    let mut x = LEFT;
    for (index, (label, title, flows)) in classes.iter().enumerate() {
        let top = y(to_f64(*flows));
        let place = [x + 1.0, top, step - 2.0, HEIGHT - BOTTOM - top];
        svg.append(titled(rectangle(place, "c0 column"), title));
        if index % every == 0 {
            svg.append(text(x + step / 2.0, HEIGHT - 6.0, "middle", label));
        }
        x += step;
    }
    svg.to_string()
}
