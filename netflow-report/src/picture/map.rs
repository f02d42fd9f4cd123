//! A map of the world with a circle for each country: longitudes and latitudes are straight lines.

use svg::node::Node as _;

use super::{element, number, picture, titled};
use crate::geography::LAND;
use crate::quantity::to_f64;

/// What a country sent and received.
#[derive(Debug)]
pub(crate) struct Bubble {
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) title: String,
    pub(crate) from: u64,
    pub(crate) to: u64,
}

/// Degrees of latitude of the upper and lower edges: nothing is routed from beyond.
const NORTH: f64 = 84.0;
const SOUTH: f64 = -58.0;
/// Radius of the largest circle, in degrees, and of the smallest, which can still be pointed at.
const LARGEST: f64 = 14.0;
const SMALLEST: f64 = 1.2;

/// The map; left halves of circles are what was sent, right halves what was received.
pub(crate) fn draw(title: &str, bubbles: &[Bubble]) -> String {
    let mut svg = picture(360.0, NORTH - SOUTH, title);
    svg.assign(
        "viewBox",
        format!("0 {} 360 {}", number(90.0 - NORTH), number(NORTH - SOUTH)),
    );
    svg.append(element(
        "path",
        [
            ("d", LAND.replace('\n', "").into()),
            ("class", "land".into()),
        ],
    ));
    let most = bubbles.iter().flat_map(|bubble| [bubble.from, bubble.to]);
    let most = to_f64(most.max().unwrap_or(0)).max(1.0);
    let radius = |octets: u64| match octets {
        0 => 0.0,
        octets => (LARGEST * (to_f64(octets) / most).sqrt()).max(SMALLEST),
    };
    // Small circles are drawn last, over large ones.
    let mut order: Vec<&Bubble> = bubbles.iter().collect();
    order.sort_by_key(|bubble| core::cmp::Reverse(bubble.from.max(bubble.to)));
    for bubble in order {
        let (x, y) = (bubble.longitude + 180.0, 90.0 - bubble.latitude);
        let mut group = element("g", [("class", "bubble".into())]);
        // The direction in which the arc is drawn makes it the left or the right half.
        for (octets, sweep, class) in [(bubble.from, 0, "c0"), (bubble.to, 1, "c1")] {
            let radius = radius(octets);
            if radius > 0.0 {
                let (top, bottom) = (number(y - radius), number(y + radius));
                let (x, radius) = (number(x), number(radius));
                let arc = format!("M{x} {top}A{radius} {radius} 0 0 {sweep} {x} {bottom}Z");
                group.append(element(
                    "path",
                    [("d", arc.into()), ("class", class.into())],
                ));
            }
        }
        svg.append(titled(group, &bubble.title));
    }
    svg.to_string()
}
