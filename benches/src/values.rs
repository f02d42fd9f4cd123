//! How many values a text has: the documents of other tools are compared with JSON of as many.

/// How a text is divided into values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// JSON: numbers, strings, flags, nulls and empty arrays; neither keys nor what groups values.
    Json,
    /// Lines of cells with commas between them.
    Cells,
    /// Messages of protobuf, each after its length: their fields.
    Protobuf,
}

impl Layout {
    /// The layout of a path of `instructions.csv`: `text_goflow2_protobuf`, for example.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        match path.rsplit_once('_') {
            Some((_, "protobuf")) => Self::Protobuf,
            Some((_, "csv" | "line")) => Self::Cells,
            _ => Self::Json,
        }
    }

    /// The number of values in a text.
    #[must_use]
    pub fn count(self, text: &[u8]) -> usize {
        match self {
            Self::Json => json(text),
            Self::Cells => text.iter().filter(|octet| b",\n".contains(octet)).count(),
            Self::Protobuf => protobuf(text).unwrap_or(0),
        }
    }
}

fn json(text: &[u8]) -> usize {
    let (mut tokens, mut keys) = (0, 0);
    let (mut is_escaped, mut is_in_string) = (false, false);
    let mut last = b',';
    for &octet in text {
        if is_in_string {
            is_in_string = octet != b'"' || is_escaped;
            is_escaped = octet == b'\\' && !is_escaped;
            continue;
        }
        match octet {
            b'"' => {
                tokens += 1;
                is_in_string = true;
            }
            b':' => keys += 1,
            b']' if last == b'[' => tokens += 1,
            b'{' | b'}' | b'[' | b']' | b',' | b'\n' => {}
            // The first character of a number or word.
            _ if b"[,:".contains(&last) => tokens += 1,
            _ => {}
        }
        last = octet;
    }
    tokens - keys
}

/// Fields of messages; `None` if a message is cut or has a type of field that goflow2's lack.
fn protobuf(mut text: &[u8]) -> Option<usize> {
    let mut count = 0;
    while !text.is_empty() {
        let (len, rest) = varint(text)?;
        let (mut message, next) = rest.split_at_checked(len)?;
        text = next;
        while !message.is_empty() {
            count += 1;
            let (key, rest) = varint(message)?;
            let (value, rest) = varint(rest)?;
            message = match key & 7 {
                0 => rest,
                2 => rest.get(value..)?,
                _ => return None,
            };
        }
    }
    Some(count)
}

/// A number, and what follows it.
fn varint(text: &[u8]) -> Option<(usize, &[u8])> {
    let len = text.iter().position(|octet| *octet < 0x80)? + 1;
    let (octets, rest) = text.split_at_checked(len)?;
    let number = octets
        .iter()
        .rev()
        .fold(0, |number, octet| number << 7 | usize::from(octet & 0x7f));
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::Layout;

    #[test]
    fn neither_keys_nor_groups_are_values() {
        let text =
            b"{\"a\":1,\"b\":{\"c\":\"x,\\\"y:\"},\"d\":[true,-2.5,[]],\"e\":null}\n{\"a\":12}\n";
        assert_eq!(Layout::Json.count(text), 7);
        assert_eq!(Layout::Cells.count(b"a,b,\nc,d,e\n"), 6);
    }

    #[test]
    fn fields_of_messages_are_counted() {
        let text = [6, 0x08, 0x96, 0x01, 0x32, 1, 7, 2, 0x48, 3];
        assert_eq!(Layout::Protobuf.count(&text), 3);
    }
}
