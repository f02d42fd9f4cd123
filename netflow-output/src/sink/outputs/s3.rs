//! What an output to object storage needs.

use core::fmt;
use std::path::PathBuf;

use super::http::Credentials;
use super::pattern::FilePattern;

/// A bucket, and the names of its objects: `s3://bucket/%Y/%m/%d/flows-%H%M.parquet`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct S3Address {
    /// The name of the bucket.
    pub bucket: String,
    /// The names of objects, one for each interval, as those of files.
    pub name: FilePattern,
}

impl S3Address {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (bucket, name) = text.split_once('/').unwrap_or((text, ""));
        if bucket.contains(['@', ':']) {
            return Err("credentials belong into a file or the environment".to_owned());
        }
        let is_letter = |octet: u8| octet.is_ascii_alphanumeric() || b".-_".contains(&octet);
        if bucket.is_empty() || !bucket.bytes().all(is_letter) {
            return Err("a bucket is missing, as in s3://BUCKET/NAME-%Y%m%d-%H%M.json".to_owned());
        }
        // The same name is that of a file below the staging folder.
        let is_folder = |part: &str| !["", ".", ".."].contains(&part);
        if !name.split('/').all(is_folder) {
            return Err("the name of an object has no empty part, no . and no ..".to_owned());
        }
        let name = FilePattern::new(name).map_err(|error| error.to_string())?;
        if name.interval().is_none() {
            return Err(
                "the name of an object needs a time, such as %Y%m%d-%H%M: it is sent once it is complete"
                    .to_owned(),
            );
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            name,
        })
    }
}

impl fmt::Display for S3Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.name)
    }
}

/// An output to S3, or to a store that speaks its protocol.
///
/// What is not configured here is read from the environment, by the names that other clients of S3 use:
/// `AWS_REGION`, `AWS_ENDPOINT_URL` and the like. So are credentials; without any, they are those of the
/// machine, the container or the role that it runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct S3Config {
    /// A folder on disk that no other output uses, where objects wait until they are stored. It is made if
    /// it is not there.
    pub staging: Option<PathBuf>,
    /// Octets of complete objects that may wait there; 10 GiB by default. When they are exceeded, rows wait in the
    /// queue, and its policy applies.
    pub staging_octets: u64,
    /// The address of another store than that of Amazon: `https://minio.example.net:9000`.
    pub endpoint: Option<String>,
    /// The region; `us-east-1` by default.
    pub region: Option<String>,
    /// Whether the bucket is in the name of the host and not in the path.
    pub is_virtual_hosted: bool,
    /// `KEY-ID:SECRET` or `KEY-ID:SECRET:SESSION-TOKEN`, or lines of `aws_access_key_id = …` and so on as in the
    /// files of other clients.
    pub credentials: Option<Credentials>,
    /// Octets of a part: larger objects are sent in several requests. 8 MiB by default; Amazon accepts no
    /// less than 5 MiB.
    pub part_octets: u64,
}

impl Default for S3Config {
    fn default() -> Self {
        Self {
            staging: None,
            staging_octets: 10 << 30,
            endpoint: None,
            region: None,
            is_virtual_hosted: false,
            credentials: None,
            part_octets: 8 << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::S3Address;

    #[test]
    fn an_address_is_a_bucket_and_a_name_with_a_time() {
        let address = S3Address::parse("flows/a/%Y/%m/x-%H%M.json.gz").unwrap();
        assert_eq!(address.bucket, "flows");
        assert_eq!(address.to_string(), "s3://flows/a/%Y/%m/x-%H%M.json.gz");
        for (wrong, expected) in [
            ("", "bucket"),
            ("flows", "part"),
            ("flows/", "part"),
            ("flows/../%Y.json", "part"),
            ("flows/a//%Y.json", "part"),
            ("flows/flows.json", "time"),
            ("flows/%q", "%q"),
            ("key:secret@flows/%Y", "credentials"),
        ] {
            let error = S3Address::parse(wrong).unwrap_err();
            assert!(error.contains(expected), "{wrong}: {error}");
        }
    }
}
