"""Images made of nothing, and the ways of bringing them into a repository."""

import base64
import hashlib
import json

IMAGE = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def image(word):
    """An image that is told apart by a word: its blobs and its manifest."""
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Env": [word]}}).encode()
    layer = f"layer of {word}".encode()
    describe = lambda data, kind: {"mediaType": kind, "size": len(data), "digest": digest(data)}
    manifest = {
        "schemaVersion": 2,
        "mediaType": IMAGE,
        "config": describe(config, "application/vnd.oci.image.config.v1+json"),
        "layers": [describe(layer, "application/vnd.oci.image.layer.v1.tar+gzip")],
    }
    return [config, layer], json.dumps(manifest)


def index(*platforms):
    """A list of manifests, each with its platform: `("linux/arm64", manifest)`."""
    children = []
    for platform, manifest in platforms:
        system, architecture = platform.split("/")
        children.append({
            "mediaType": IMAGE, "size": len(manifest), "digest": digest(manifest.encode()),
            "platform": {"os": system, "architecture": architecture},
        })
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": children})


def upload(ecr, repository, blob):
    """One layer by the API."""
    started = ecr.initiate_layer_upload(repositoryName=repository)
    ecr.upload_layer_part(
        repositoryName=repository, uploadId=started["uploadId"], partFirstByte=0,
        partLastByte=len(blob) - 1, layerPartBlob=blob,
    )
    return ecr.complete_layer_upload(
        repositoryName=repository, uploadId=started["uploadId"], layerDigests=[digest(blob)]
    )


def put(ecr, repository, word, *tags):
    """A whole image by the API: its digest."""
    blobs, manifest = image(word)
    for blob in blobs:
        (layer,) = ecr.batch_check_layer_availability(
            repositoryName=repository, layerDigests=[digest(blob)]
        )["layers"]
        if layer["layerAvailability"] == "UNAVAILABLE":
            upload(ecr, repository, blob)
    for tag in tags:
        ecr.put_image(repositoryName=repository, imageManifest=manifest, imageTag=tag)
    if not tags:
        ecr.put_image(repositoryName=repository, imageManifest=manifest)
    return digest(manifest.encode())


def password(ecr):
    """The header by which the registry knows its client."""
    (data,) = ecr.get_authorization_token()["authorizationData"]
    assert base64.b64decode(data["authorizationToken"]).startswith(b"AWS:")
    return {"Authorization": "Basic " + data["authorizationToken"]}


def push(twin, headers, repository, word, tag):
    """What `docker push` sends: the digest of the image."""
    blobs, manifest = image(word)
    base = f"/v2/{repository}"
    for blob in blobs:
        if twin.request("HEAD", f"{base}/blobs/{digest(blob)}", None, headers)[0] == 200:
            continue
        status, answer, _ = twin.request("POST", f"{base}/blobs/uploads/", b"", headers)
        assert status == 202
        status, answer, _ = twin.request("PATCH", answer["Location"], blob, headers)
        assert status == 202 and answer["Range"] == f"0-{len(blob) - 1}"
        status, answer, _ = twin.request("PUT", f"{answer['Location']}?digest={digest(blob)}", b"", headers)
        assert status == 201 and answer["Docker-Content-Digest"] == digest(blob)
    status, answer, text = twin.request(
        "PUT", f"{base}/manifests/{tag}", manifest.encode(), {**headers, "Content-Type": IMAGE}
    )
    assert status == 201, text
    return answer["Docker-Content-Digest"]
