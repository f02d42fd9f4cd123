//! Who sends to whom: bands from the sources on the left to the destinations on the right.

use svg::node::Node as _;
use svg::node::element::Element;

use super::{colour, element, number, picture, rectangle, text, titled};
use crate::quantity::{harmless, short_count, to_f64};

/// A band.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) octets: u64,
}

const WIDTH: f64 = 720.0;
/// Columns of text at both sides.
const SIDE: f64 = 190.0;
const BOX: f64 = 10.0;
const GAP: f64 = 8.0;
/// Height of all bands together.
const HEIGHT: f64 = 260.0;

/// A node of one side.
struct SankeyNode<'l> {
    name: &'l str,
    octets: u64,
    y: f64,
    height: f64,
    /// Where the next band begins.
    next: f64,
}

/// The picture of these bands.
pub(crate) fn draw(title: &str, links: &[Link]) -> String {
    let all: u64 = links
        .iter()
        .fold(0, |all, link| all.saturating_add(link.octets));
    let scale = HEIGHT / to_f64(all).max(1.0);
    let (mut left, left_end) = nodes(links, |link| &link.from, scale);
    let (mut right, right_end) = nodes(links, |link| &link.to, scale);
    let mut svg = picture(WIDTH, left_end.max(right_end) + 4.0, title);
    for link in links {
        let thickness = (to_f64(link.octets) * scale).max(0.6);
        let index = left.iter().position(|node| node.name == link.from);
        let (Some(index), Some(to)) = (index, right.iter_mut().find(|node| node.name == link.to))
        else {
            continue;
        };
        let Some(from) = left.get_mut(index) else {
            continue;
        };
        let (y1, y2) = (from.next + thickness / 2.0, to.next + thickness / 2.0);
        from.next += thickness;
        to.next += thickness;
        let title = format!(
            "{} → {}: {} octets",
            harmless(&link.from),
            harmless(&link.to),
            short_count(link.octets)
        );
        svg.append(titled(band([y1, y2], thickness, index), &title));
    }
    for (nodes, is_left) in [(&left, true), (&right, false)] {
        for node in nodes {
            draw_node(node, is_left, &mut svg);
        }
    }
    svg.to_string()
}

fn band([y1, y2]: [f64; 2], thickness: f64, index: usize) -> Element {
    let (x1, x2) = (SIDE + BOX, WIDTH - SIDE - BOX);
    let middle = f64::midpoint(x1, x2);
    let path = format!(
        "M{} {}C{} {} {} {} {} {}",
        number(x1),
        number(y1),
        number(middle),
        number(y1),
        number(middle),
        number(y2),
        number(x2),
        number(y2)
    );
    element(
        "path",
        [
            ("d", path.into()),
            (
                "class",
                format!("link s{}", index.min(super::COLOURS - 1)).into(),
            ),
            ("stroke-width", number(thickness).into()),
        ],
    )
}

fn draw_node(node: &SankeyNode<'_>, is_left: bool, svg: &mut Element) {
    let (x, at, anchor) = if is_left {
        (SIDE, SIDE - 6.0, "end")
    } else {
        (WIDTH - SIDE - BOX, WIDTH - SIDE + 6.0, "start")
    };
    let title = format!(
        "{}: {} octets",
        harmless(node.name),
        short_count(node.octets)
    );
    let place = [x, node.y, BOX, node.height];
    svg.append(titled(
        rectangle(place, &format!("{} node", colour(7))),
        &title,
    ));
    let mut name: String = harmless(node.name).chars().take(28).collect();
    if node.name.chars().count() > 28 {
        name.push('…');
    }
    svg.append(text(at, node.y + node.height / 2.0 + 4.0, anchor, &name));
}

/// The nodes of one side, in the order of their first band, and where the last ends.
fn nodes<'l>(
    links: &'l [Link],
    name: impl Fn(&'l Link) -> &'l String,
    scale: f64,
) -> (Vec<SankeyNode<'l>>, f64) {
    let mut nodes: Vec<SankeyNode<'l>> = Vec::new();
    for link in links {
        let name = name(link);
        match nodes.iter_mut().find(|node| node.name == name) {
            Some(node) => node.octets = node.octets.saturating_add(link.octets),
            None => nodes.push(SankeyNode {
                name,
                octets: link.octets,
                y: 0.0,
                height: 0.0,
                next: 0.0,
            }),
        }
    }
    let mut y = 2.0;
    for node in &mut nodes {
        // The height of a line of text.
        node.height = (to_f64(node.octets) * scale).max(6.0);
        node.y = y;
        node.next = y;
        y += node.height.max(12.0) + GAP;
    }
    (nodes, y)
}
