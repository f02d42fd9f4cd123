//! `--where`: which flows are meant.

use netflow_query::Filter;

/// Reads an expression of the command line. An error points at the place in it.
pub(super) fn parse(expression: &str) -> Result<Filter, String> {
    Filter::parse(expression).map_err(|error| {
        let excerpt = error.excerpt(expression).replace('\n', "\n  ");
        format!("{error}\n\n  {excerpt}")
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_error_points_at_its_column() {
        assert_eq!(
            parse("port 53 or prt 80").unwrap_err(),
            "column 12: \"prt\" is neither a keyword nor a field; did you mean \"port\"?\n\n  \
             port 53 or prt 80\n             ^"
        );
    }
}
