//! One name in the spellings of the languages that it is written in, and docs as comments.

/// Characters of a comment line, `/// ` included.
const WIDTH: usize = 90;

/// `source_port` as `SourcePort`.
pub(super) fn pascal(snake: &str) -> String {
    let mut out = String::new();
    for word in snake.split('_') {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

/// `DateTimeSeconds` as `DATE_TIME_SECONDS`.
pub(super) fn screaming(pascal: &str) -> String {
    let mut out = String::new();
    let mut before = '_';
    for character in pascal.chars() {
        if character.is_ascii_uppercase() && before.is_ascii_lowercase() {
            out.push('_');
        }
        out.push(character.to_ascii_uppercase());
        before = character;
    }
    out
}

/// The name of a variant for a name of the registries: `4-octet words` as `FourOctetWords`.
pub(super) fn variant(name: &str) -> String {
    match name {
        "4-octet words" => "FourOctetWords".to_owned(),
        _ => pascal(name),
    }
}

/// A doc comment at this depth of indentation, in lines of at most [`WIDTH`] characters.
pub(super) fn doc(text: &str, indentation: usize) -> String {
    let margin = " ".repeat(indentation);
    let mut out = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let length = indentation + "/// ".len() + line.len() + 1 + word.len();
        if !line.is_empty() && length > WIDTH {
            out.push_str(&format!("{margin}/// {line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    out.push_str(&format!("{margin}/// {line}\n"));
    out
}

#[cfg(test)]
mod tests {
    use super::{doc, pascal, screaming};

    #[test]
    fn a_name_keeps_its_words_in_each_spelling() {
        assert_eq!(pascal("ipv6_flow_label"), "Ipv6FlowLabel");
        assert_eq!(screaming("DateTimeSeconds"), "DATE_TIME_SECONDS");
        assert_eq!(screaming("U16"), "U16");
    }

    #[test]
    fn a_long_comment_is_broken_between_words() {
        let text = "word ".repeat(20);
        let comment = doc(&text, 4);
        assert!(comment.lines().all(|line| line.len() <= 90));
        assert_eq!(comment.lines().count(), 2);
        assert!(comment.starts_with("    /// word"));
    }
}
