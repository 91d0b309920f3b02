//! What one call through the real SDK costs over a function in this process, on paused time, and
//! whether a journal that is made durable on every call hinders the virtual clock.
//!
//! `cargo run -p ashore-providers --features live --example sdk_cost [--release]`

use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ashore_providers::aws::live::config;
use ashore_providers::aws::live::in_process::Service;
use ashore_twin::{Millis, TokioClock, Twin};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

const CALLS: u32 = 1000;

struct InTwin(Arc<Twin>);

impl fmt::Debug for InTwin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("twin")
    }
}

impl Service for InTwin {
    fn answer(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Option<http::Response<Bytes>>> {
        let twin = Arc::clone(&self.0);
        async move { twin.respond(request).await }.boxed()
    }
}

#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement"
)]
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let twin = Arc::new(Twin::new(Arc::new(TokioClock::new(Millis::START, 1.0))));
    let began = Instant::now();
    let sdk = config::in_process("eu-central-1", Arc::new(InTwin(Arc::clone(&twin))));
    let ec2 = aws_sdk_ec2::Client::new(&sdk);
    let ecs = aws_sdk_ecs::Client::new(&sdk);
    ec2.describe_vpcs().send().await?;
    ecs.list_clusters().send().await?;
    println!("both clients, first call each: {:?}", began.elapsed());

    let began = Instant::now();
    for _ in 0..CALLS {
        ec2.describe_vpcs().send().await?;
    }
    println!("ec2:DescribeVpcs: {:?} a call", began.elapsed() / CALLS);

    let began = Instant::now();
    for _ in 0..CALLS {
        ecs.list_clusters().send().await?;
    }
    println!("ecs:ListClusters: {:?} a call", began.elapsed() / CALLS);

    let began = Instant::now();
    for _ in 0..CALLS {
        let request = http::Request::post("http://ecs.eu-central-1.amazonaws.com/")
            .header(
                "x-amz-target",
                "AmazonEC2ContainerServiceV20141113.ListClusters",
            )
            .header("content-type", "application/x-amz-json-1.1")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIASANDBOX/20261121/eu-central-1/ecs/aws4_request, \
                 SignedHeaders=host, Signature=0",
            )
            .body(Bytes::from_static(b"{}"))?;
        twin.respond(request).await.ok_or("no answer")?;
    }
    println!("the twin alone: {:?} a call", began.elapsed() / CALLS);

    let mut journal = tempfile::tempfile()?;
    let (wall, before) = (Instant::now(), tokio::time::Instant::now());
    for _ in 0..200 {
        journal.write_all(&[b'x'; 300])?;
        journal.sync_data()?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    println!(
        "200 durable appends, a virtual second after each: {:?} of wall, {:?} of virtual time",
        wall.elapsed(),
        before.elapsed(),
    );
    Ok(())
}
