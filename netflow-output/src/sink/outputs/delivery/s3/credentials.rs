//! Credentials in a file or in a variable of the environment.

use alloc::sync::Arc;
use core::pin::Pin;
use std::io;

use object_store::CredentialProvider;
use object_store::aws::AwsCredential;

use crate::sink::outputs::http::Credentials;

/// Reads the credentials for each request, so that they can be renewed.
#[derive(Debug)]
pub(super) struct Reread(pub(super) Credentials);

impl CredentialProvider for Reread {
    type Credential = AwsCredential;

    fn get_credential<'s, 'f>(
        &'s self,
    ) -> Pin<Box<dyn Future<Output = object_store::Result<Arc<AwsCredential>>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        let read = self.0.read().and_then(|text| {
            let wrong = "the credentials for S3 have the form KEY-ID:SECRET";
            parse(&text).ok_or_else(|| io::Error::other(wrong))
        });
        let read = read
            .map(Arc::new)
            .map_err(|error| object_store::Error::Generic {
                store: "S3",
                source: error.into(),
            });
        Box::pin(core::future::ready(read))
    }
}

/// `KEY-ID:SECRET` or `KEY-ID:SECRET:SESSION-TOKEN`, or lines `aws_access_key_id = KEY-ID` and so on; those
/// of the first profile of a file.
fn parse(text: &str) -> Option<AwsCredential> {
    let mut profiles = 0_u32;
    let of_first = |line: &&str| {
        profiles += u32::from(line.trim_start().starts_with('['));
        profiles < 2
    };
    let lines: Vec<&str> = text.lines().take_while(of_first).collect();
    let named = |name: &str| {
        lines.iter().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            let is_it = key.trim().eq_ignore_ascii_case(name);
            is_it.then(|| value.trim().to_owned())
        })
    };
    if let Some(key_id) = named("aws_access_key_id") {
        return Some(AwsCredential {
            key_id,
            secret_key: named("aws_secret_access_key")?,
            token: named("aws_session_token"),
        });
    }
    // They become headers.
    if text.contains(char::is_control) {
        return None;
    }
    let (key_id, rest) = text.split_once(':')?;
    let (secret, token) = match rest.split_once(':') {
        Some((secret, token)) => (secret, Some(token.to_owned())),
        None => (rest, None),
    };
    Some(AwsCredential {
        key_id: key_id.to_owned(),
        secret_key: secret.to_owned(),
        token,
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn credentials_are_a_line_or_a_file_of_other_clients() {
        let file = "[default]\naws_access_key_id = AKIA\naws_secret_access_key=a/b+c=\n";
        for (text, token) in [
            ("AKIA:a/b+c=", None),
            ("AKIA:a/b+c=:tok==", Some("tok==")),
            (file, None),
            (&format!("{file}AWS_SESSION_TOKEN=tok==\n"), Some("tok==")),
            (&format!("{file}[mfa]\naws_session_token=tok==\n"), None),
        ] {
            let found = parse(text).unwrap();
            assert_eq!(
                (&found.key_id[..], &found.secret_key[..]),
                ("AKIA", "a/b+c=")
            );
            assert_eq!(found.token.as_deref(), token);
        }
        for wrong in [
            "",
            "AKIA",
            "aws_access_key_id = AKIA",
            "{\n\"AccessKeyId\": \"AKIA\"\n}",
        ] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
