//! Pictures as SVG, whose colours are those of the page's style sheet.

mod axis;
pub(crate) mod bars;
pub(crate) mod heat;
pub(crate) mod map;
pub(crate) mod sankey;
pub(crate) mod time;

use svg::node::element::Element;
use svg::node::{Node as _, Text, Value};

/// Number of different colours of the style sheet, the last of which is for all others.
pub(crate) const COLOURS: usize = 8;

/// A picture that scales to the width of its place; screen readers read the title.
fn picture(width: f64, height: f64, title: &str) -> Element {
    element(
        "svg",
        [
            (
                "viewBox",
                format!("0 0 {} {}", number(width), number(height)).into(),
            ),
            ("role", "img".into()),
            ("aria-label", title.into()),
        ],
    )
}

fn element<const N: usize>(name: &str, attributes: [(&str, Value); N]) -> Element {
    let mut made = Element::new(name);
    for (name, value) in attributes {
        made.assign(name, value);
    }
    made
}

/// A rectangle with a class.
fn rectangle([x, y, width, height]: [f64; 4], class: &str) -> Element {
    element(
        "rect",
        [
            ("x", number(x).into()),
            ("y", number(y).into()),
            ("width", number(width.max(0.0)).into()),
            ("height", number(height.max(0.0)).into()),
            ("class", class.into()),
        ],
    )
}

/// A text; `anchor` is start, middle or end.
fn text(x: f64, y: f64, anchor: &str, content: &str) -> Element {
    let mut made = element(
        "text",
        [
            ("x", number(x).into()),
            ("y", number(y).into()),
            ("text-anchor", anchor.into()),
        ],
    );
    made.append(Text::new(content));
    made
}

/// What is shown while the pointer is over an element.
fn titled(mut of: Element, title: &str) -> Element {
    let mut made = Element::new("title");
    made.append(Text::new(title));
    of.append(made);
    of
}

/// A coordinate with one decimal.
fn number(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    format!("{rounded}")
}

/// The class of the colour with this index.
fn colour(index: usize) -> String {
    format!("c{}", index.min(COLOURS - 1))
}
