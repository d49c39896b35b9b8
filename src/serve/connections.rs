//! Connections: a bounded number, of which none may hold another up. One that sends half a request, or takes no byte, is closed when its
//! time is up.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;

use super::answer::{Body, header_of, later, line, only_get, text};
use super::route::{Route, route};
use super::source::{Found, Served};
use super::{ServeOptions, lines};

/// Connections at a time; who comes when there are as many waits for one to end.
const CONNECTIONS: usize = 4096;

/// How long what is being answered may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// How often an interruption is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// Takes connections until it is interrupted.
pub(super) async fn accept(listener: TcpListener, served: Arc<Served>, options: &ServeOptions) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let (graceful, places) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    let mut server = http1::Builder::new();
    // Who has said all may close its half, as simple clients do.
    server.half_close(true).timer(TokioTimer::new()).header_read_timeout(options.patience);
    loop {
        let connected = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (connected, place) = tokio::select! {
            () = interrupted(&options.interrupt) => break,
            connected = connected => connected,
        };
        let Ok((stream, _)) = connected else {
            tokio::time::sleep(LOOK).await; // the process has no more descriptors, or the client is gone already
            continue;
        };
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(options.patience));
        let served = Arc::clone(&served);
        let answers = service_fn(move |request| answer(Arc::clone(&served), request));
        let connection = server.serve_connection(TokioIo::new(Box::pin(stream)), answers);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let _ = connection.await; // what went wrong is the client's
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await; // the rest are cut off
    Ok(())
}

async fn interrupted(interrupt: &AtomicBool) {
    while !interrupt.load(Ordering::Relaxed) {
        tokio::time::sleep(LOOK).await;
    }
}

async fn answer(served: Arc<Served>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let answer = match *request.method() {
        Method::GET | Method::HEAD => find(&served, &request).await,
        _ => only_get(line(StatusCode::METHOD_NOT_ALLOWED, "GET and HEAD are answered")),
    };
    served.metrics.answered(answer.status().as_u16());
    if *request.method() == Method::GET {
        // Lines have no length beforehand, and are counted as they go.
        let told = header_of(answer.headers(), &header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        served.metrics.sent(answer.body().size_hint().exact().or(told).unwrap_or(0));
    }
    Ok(answer)
}

async fn find(served: &Arc<Served>, request: &Request<Incoming>) -> Response<Body> {
    match route(request.uri().path(), &served.prefixes) {
        Some(Route::Index) => line(StatusCode::OK, &served.index()),
        Some(Route::Health) => line(StatusCode::OK, "ok"),
        Some(Route::Metrics) => {
            let mime = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            text(StatusCode::OK, mime, served.metrics.text())
        }
        Some(Route::Records) => {
            lines::answer(served, request.method(), request.headers(), request.uri().query().unwrap_or_default())
        }
        Some(Route::Item(item)) => match served.item(item).await {
            Found::Content(content) => content.answer(request.method(), request.headers()).await,
            Found::Missing => missing(),
            Found::Busy => later(line(StatusCode::SERVICE_UNAVAILABLE, "too much is asked for; come back later")),
            Found::Failed(why) => line(StatusCode::INTERNAL_SERVER_ERROR, &why),
        },
        None => missing(),
    }
}

fn missing() -> Response<Body> {
    line(StatusCode::NOT_FOUND, "there is nothing of that name")
}
