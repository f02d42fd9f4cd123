//! Base64 (RFC 4648).

/// The alphabet of a form of base64, and whether its end is filled up.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Base64 {
    /// Section 4, filled up with `=`.
    Standard,
    /// Section 5, not filled up.
    UrlUnpadded,
}

impl Base64 {
    const fn alphabet(self) -> &'static [u8; 64] {
        match self {
            Self::Standard => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
            Self::UrlUnpadded => {
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            }
        }
    }

    /// Appends octets in this form.
    pub(crate) fn encode(self, octets: &[u8], out: &mut String) {
        let alphabet = self.alphabet();
        for chunk in octets.chunks(3) {
            let mut bits = [0; 3];
            bits[..chunk.len()].copy_from_slice(chunk);
            let [a, b, c] = bits;
            let bits = u32::from_be_bytes([0, a, b, c]);
            for place in 0..4 {
                if place > chunk.len() {
                    if matches!(self, Self::Standard) {
                        out.push('=');
                    }
                    continue;
                }
                let digit = bits >> (18 - 6 * place) & 0x3f;
                out.push(char::from(alphabet[digit as usize]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Base64;

    fn encoded(form: Base64, octets: &[u8]) -> String {
        let mut out = String::new();
        form.encode(octets, &mut out);
        out
    }

    #[test]
    fn the_vectors_of_rfc_4648_hold() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, expected) in vectors {
            assert_eq!(encoded(Base64::Standard, plain.as_bytes()), expected);
            let unpadded = expected.trim_end_matches('=');
            assert_eq!(encoded(Base64::UrlUnpadded, plain.as_bytes()), unpadded);
        }
        assert_eq!(encoded(Base64::Standard, &[0xfb, 0xff]), "+/8=");
        assert_eq!(encoded(Base64::UrlUnpadded, &[0xfb, 0xff]), "-_8");
    }
}
