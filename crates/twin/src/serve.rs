//! The twin behind HTTP, on the loopback address only: it checks no signature, so nobody else may reach it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::twin::Twin;

/// A port that is bound; requests wait until [`Server::run`].
pub struct Server {
    listener: TcpListener,
    /// Where clients connect to.
    pub address: SocketAddr,
}

impl Server {
    /// Binds a port on 127.0.0.1; 0 for any that is free.
    pub async fn bind(port: u16) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Server { listener, address })
    }

    /// Serves until it is dropped. Connections that are open then go on, in tasks of their own.
    pub async fn run(self, twin: Arc<Twin>) -> io::Result<()> {
        loop {
            let (stream, _) = self.listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(connection(stream, twin.clone()));
        }
    }
}

/// The largest request body: images' layers come in one piece. Larger objects are uploaded in parts.
const BODY: usize = 1 << 30;

async fn connection(stream: TcpStream, twin: Arc<Twin>) {
    let service = service_fn(|request| answer(request, &twin));
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    // A client that went away, or a connection that a fault closed: nothing is left to tell anybody.
    drop(served);
}

async fn answer(
    request: Request<Incoming>,
    twin: &Arc<Twin>,
) -> Result<Response<Full<Bytes>>, io::Error> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY).collect().await else {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(response);
    };
    let request = Request::from_parts(parts, body.to_bytes());
    match twin.respond(request).await {
        Some(response) => Ok(response.map(Full::new)),
        // hyper closes the connection without an answer when the service fails.
        None => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
    }
}
