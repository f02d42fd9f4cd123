//! `--sort`: by which field rows are ordered.

use netflow_core::field::FlowField;
use netflow_output::format::Order;
use netflow_query::suggest;

/// Reads `octets`, `octets:asc` or `start:desc`. Without a direction, counters and durations are
/// descending and everything else ascending.
pub(crate) fn parse(text: &str) -> Result<Order, String> {
    let (name, direction) = match text.split_once(':') {
        Some((name, direction)) => (name, Some(direction)),
        None => (text, None),
    };
    let Some(field) = netflow_query::field(name) else {
        let names = FlowField::ALL.iter().map(|field| field.name());
        let suggestion = suggest::nearest(name, names);
        let suggestion = suggestion.map(|name| format!(", did you mean \"{name}\"?"));
        return Err(format!(
            "there is no field \"{name}\"{}",
            suggestion.unwrap_or_default()
        ));
    };
    match direction {
        Some("asc") => Ok(Order::ascending(field)),
        Some("desc") => Ok(Order::descending(field)),
        None if is_size(field) => Ok(Order::descending(field)),
        None => Ok(Order::ascending(field)),
        Some(_) => Err("the direction is asc or desc".to_owned()),
    }
}

/// Whether the largest values are of interest.
const fn is_size(field: FlowField) -> bool {
    matches!(
        field,
        FlowField::Octets
            | FlowField::Packets
            | FlowField::ReverseOctets
            | FlowField::ReversePackets
            | FlowField::OctetsScaled
            | FlowField::PacketsScaled
            | FlowField::Duration
    )
}

#[cfg(test)]
mod tests {
    use netflow_core::field::FlowField;
    use netflow_output::format::Order;

    use super::parse;

    #[test]
    fn sizes_are_descending_unless_the_direction_is_named() {
        assert_eq!(parse("octets"), Ok(Order::descending(FlowField::Octets)));
        assert_eq!(parse("octets:asc"), Ok(Order::ascending(FlowField::Octets)));
        assert_eq!(parse("start"), Ok(Order::ascending(FlowField::Start)));
        assert!(parse("octet").is_err_and(|error| error.contains("octets")));
        assert!(parse("octets:up").is_err());
    }
}
