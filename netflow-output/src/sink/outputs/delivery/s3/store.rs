//! The store: one object at a time.

use alloc::sync::Arc;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path as Key;
use object_store::{
    Attribute, Attributes, BackoffConfig, GetOptions, ObjectStore, PutMultipartOptions, PutOptions,
    PutPayload, RetryConfig,
};

use super::credentials::Reread;
use super::http::{Connector, ready};
use crate::sink::outputs::config::PeerConfig;
use crate::sink::outputs::delivery::Failure;
use crate::sink::outputs::delivery::files::StagedFile;
use crate::sink::outputs::delivery::http::agent;
use crate::sink::outputs::pattern::with_number;
use crate::sink::outputs::s3::{S3Address, S3Config};

/// Metadata of an object (`x-amz-meta-netflow-id`), by which one that was stored without an answer is recognised.
const ID: &str = "netflow-id";
/// Numbers that are tried for a name that is taken.
const NUMBERS: u32 = 10_000;
/// Parts that an object may have.
const PARTS: u64 = 10_000;

/// A bucket.
#[derive(Debug)]
pub(super) struct Store {
    store: AmazonS3,
    connector: Connector,
    bucket: String,
    /// What all files are in.
    folder: PathBuf,
    part_octets: u64,
    /// The last name, and the number of its next object: files cut by size have the same name, and the
    /// store need not be asked for each number.
    last: Option<(PathBuf, u32)>,
}

/// Why an object was not stored.
#[derive(Debug)]
pub(super) struct UploadFailure {
    pub(super) failure: Failure,
    /// Whether it may be due to this object, so that others should be tried first.
    pub(super) is_of_object: bool,
}

impl From<io::Error> for UploadFailure {
    /// The file cannot be read.
    fn from(error: io::Error) -> Self {
        Self {
            failure: error.into(),
            is_of_object: true,
        }
    }
}

impl Store {
    pub(super) fn new(
        address: &S3Address,
        config: &S3Config,
        peer: &PeerConfig,
        folder: &Path,
    ) -> io::Result<Self> {
        let mut builder = AmazonS3Builder::from_env();
        let of_environment = || {
            let keys = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint];
            keys.iter().find_map(|key| builder.get_config_value(key))
        };
        let endpoint = config.endpoint.clone().or_else(of_environment);
        let is_secure = !endpoint
            .as_deref()
            .is_some_and(|endpoint| endpoint.starts_with("http://"));
        let connector = Connector::new(agent(peer, is_secure)?);
        builder = builder
            .with_bucket_name(&address.bucket)
            .with_http_connector(connector.clone())
            // The writer repeats what failed, and nothing here can wait.
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: 0,
                retry_timeout: peer.timeout,
            });
        if let Some(region) = &config.region {
            builder = builder.with_region(region);
        }
        if let Some(endpoint) = endpoint {
            let mut endpoint = endpoint.trim_end_matches('/').to_owned();
            let Some((scheme, host)) = endpoint.split_once("://") else {
                let reason = "the endpoint of S3 is an address like https://HOST:PORT";
                return Err(io::Error::other(reason));
            };
            if host.contains('@') {
                let reason = "credentials belong into a file or the environment";
                return Err(io::Error::other(reason));
            }
            if config.is_virtual_hosted {
                endpoint = format!("{scheme}://{}.{host}", address.bucket);
            }
            // Of the two settings of endpoints, this one takes precedence.
            builder = builder.with_config(AmazonS3ConfigKey::S3Endpoint, endpoint);
        }
        builder = builder.with_virtual_hosted_style_request(config.is_virtual_hosted);
        if let Some(credentials) = &config.credentials {
            builder = builder.with_credentials(Arc::new(Reread(credentials.clone())));
        }
        Ok(Self {
            store: builder.build().map_err(io::Error::other)?,
            connector,
            bucket: address.bucket.clone(),
            folder: folder.to_owned(),
            part_octets: config.part_octets.max(1),
            last: None,
        })
    }

    /// Stores a file as an object. One that the store has already, because its answer was lost or this process
    /// was killed, is not sent again.
    pub(super) fn upload(&mut self, file: &StagedFile) -> Result<(), UploadFailure> {
        let target = file.target.strip_prefix(&self.folder);
        let target = target.map_err(io::Error::other)?.to_owned();
        let first = match &self.last {
            // The store may have it already if it was tried before, by this run or an earlier one.
            Some((last, next)) if *last == target && file.is_new => *next,
            _ => 0,
        };
        for number in first..NUMBERS {
            let name = match number {
                0 => target.clone(),
                _ => with_number(&target, number),
            };
            let key = name
                .to_string_lossy()
                .replace(std::path::MAIN_SEPARATOR, "/");
            let key = Key::parse(key).map_err(io::Error::other)?;
            match self.id_of(&key)? {
                None => self.put(&key, file)?,
                Some(id) if id == file.id => {}
                Some(_) => continue,
            }
            self.last = Some((target, number + 1));
            return Ok(());
        }
        Err(io::Error::from(io::ErrorKind::AlreadyExists).into())
    }

    /// The id of an object; an empty one if another has made it. None if there is no such object.
    fn id_of(&self, key: &Key) -> Result<Option<String>, UploadFailure> {
        let options = GetOptions {
            head: true,
            ..GetOptions::default()
        };
        let found = ready(self.store.get_opts(key, options))?;
        match found {
            Ok(found) => {
                let id = found.attributes.get(&Attribute::Metadata(ID.into()));
                Ok(Some(id.map(|id| id.to_string()).unwrap_or_default()))
            }
            Err(object_store::Error::NotFound { .. }) => {
                self.connector.take_refusal();
                Ok(None)
            }
            Err(error) => Err(self.failure("HEAD", key, &error)),
        }
    }

    fn put(&self, key: &Key, file: &StagedFile) -> Result<(), UploadFailure> {
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::Metadata(ID.into()), file.id.clone().into());
        let mut content = File::open(&file.path)?;
        if file.octets > self.part_octets {
            return self.put_parts(key, (&mut content, file.octets), attributes);
        }
        let mut octets = Vec::new();
        content.read_to_end(&mut octets)?;
        let options = PutOptions {
            attributes,
            ..PutOptions::default()
        };
        let put = self.store.put_opts(key, PutPayload::from(octets), options);
        match ready(put)? {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failure("PUT", key, &error)),
        }
    }

    fn put_parts(
        &self,
        key: &Key,
        (content, len): (&mut File, u64),
        attributes: Attributes,
    ) -> Result<(), UploadFailure> {
        let options = PutMultipartOptions {
            attributes,
            ..PutMultipartOptions::default()
        };
        let failed = |error: &object_store::Error| self.failure("multipart upload of", key, error);
        let begun = ready(self.store.put_multipart_opts(key, options))?;
        let mut upload = begun.map_err(|error| failed(&error))?;
        let part_octets = self.part_octets.max(len.div_ceil(PARTS));
        let mut send = || {
            loop {
                let mut part = Vec::new();
                io::Read::by_ref(content)
                    .take(part_octets)
                    .read_to_end(&mut part)?;
                if part.is_empty() {
                    break;
                }
                let put = ready(upload.put_part(part.into()))?;
                put.map_err(|error| failed(&error))?;
            }
            let completed = ready(upload.complete())?;
            completed.map(drop).map_err(|error| failed(&error))
        };
        let sent = send();
        if sent.is_err() {
            // If this fails too, the parts stay until the rules of the bucket remove them.
            let _ = ready(upload.abort());
            self.connector.take_refusal();
        }
        sent
    }

    /// The error in words, and what it means for other objects.
    fn failure(&self, what: &str, key: &Key, error: &object_store::Error) -> UploadFailure {
        let place = format!("{what} s3://{}/{key}", self.bucket);
        let Some(refusal) = self.connector.take_refusal() else {
            // The innermost error says it without addresses and retries.
            let mut cause: &dyn core::error::Error = error;
            while let Some(source) = cause.source() {
                cause = source;
            }
            return UploadFailure {
                failure: io::Error::other(format!("{place}: {cause}")).into(),
                is_of_object: false,
            };
        };
        let status = refusal.status;
        let reason = [place, format!("status {status}"), refusal.reason];
        let reason = reason.iter().filter(|part| !part.is_empty());
        let reason: Vec<&str> = reason.map(String::as_str).collect();
        UploadFailure {
            failure: Failure {
                retry_after: refusal.retry_after,
                ..Failure::from(io::Error::other(reason.join(": ")))
            },
            is_of_object: (400..500).contains(&status)
                && ![401, 403, 404, 408, 429].contains(&status),
        }
    }
}
