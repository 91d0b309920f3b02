//! What the codes of engine and command line mean.
//!
//! A code is never given to another error. New ones take the next free number of their group.

/// One code.
pub(super) struct Row {
    pub(super) id: &'static str,
    /// In one line.
    pub(super) title: &'static str,
    /// What it means, and what to do.
    pub(super) text: &'static str,
}

const fn row(id: &'static str, title: &'static str, text: &'static str) -> Row {
    Row { id, title, text }
}

/// In the order of their numbers.
pub(super) const ROWS: &[Row] = &[
    // Before anything is sent.
    row(
        "E0201",
        "an object of somebody else bears the name",
        "Something is there under the name, or at the hostname, that we would use, and it does not bear this \
         stack's mark. It is left alone. Rename or remove it, choose another app or environment name, or, for a \
         DNS record, say in the manifest that it may be taken over: then it is put back by `down`.",
    ),
    row(
        "E0202",
        "old and new cannot be there at once",
        "The change replaces a resource whose name, port or address range is taken as long as the old one is \
         there. With `--allow-interruption` the old one is deleted first; if the run fails, it is made again from \
         what it was.",
    ),
    row(
        "E0203",
        "a kind of resource that this version does not know",
        "The state or a saved plan names a kind that another version of ashore has. Use that version, or a newer \
         one.",
    ),
    row(
        "E0204",
        "a stored document does not have the shape of its kind",
        "A resource in the state was written by another version, or the file was edited by hand. Use the version \
         that wrote it, or put the file back from a copy.",
    ),
    row(
        "E0205",
        "what is to be deleted first is held by something that stays",
        "A resource has to go before its next life is made, and another one that is only changed in place refers to \
         it. Change the manifest so that both are made anew, or in two steps.",
    ),
    row(
        "E0206",
        "the region cannot hold what the manifest wants",
        "The network wants a subnet in more zones than the region has. Lower `azs`, or list fewer `subnets`.",
    ),
    row(
        "E0207",
        "more policies than a role has room for",
        "What a service's containers may do, or which secrets they read, stands in a role, and IAM takes 10,240 \
         characters of policies there. AWS raises this for nobody. Give the service fewer permissions, put several \
         into one with a wildcard, or keep several secrets in one.",
    ),
    row(
        "E0216",
        "the image of a running service is not there",
        "The manifest names a tag that the repository does not have. For a service that was never there that means \
         \"not yet\", and it waits; one that runs would be taken away by it. Push the image, or write the tag that you \
         mean.",
    ),
    row(
        "E0217",
        "an image for another processor",
        "An image is built for one processor, or for several, and this one not for the service's `arch`. Its tasks would \
         end with \"exec format error\". Build it for that platform, or write the `arch` that it is for.",
    ),
    row(
        "E0290",
        "the graph of resources is wrong",
        "References form a circle, or lead nowhere. This is a mistake in ashore, not in your manifest: please \
         report it.",
    ),
    row(
        "E0291",
        "the plan contradicts itself",
        "Every plan is looked at a second time by code that did not make it, and this one did not hold. Nothing \
         was sent. Please report it with the output of `ashore plan --json`.",
    ),
    // While a run is under way.
    row(
        "E0301",
        "a step failed",
        "The cloud refused a request, or a resource said of itself that it will never be ready. The causes have \
         the cloud's own code and words, and for a container its exit code and last log lines.",
    ),
    row(
        "E0302",
        "a quota of the account is used up",
        "The account may have no more of this kind of resource. Ask AWS for a higher quota, or free some.",
    ),
    row(
        "E0303",
        "the cloud has no room",
        "AWS has no capacity of this kind at this moment, or a subnet has no free address. It was tried for some \
         time. Try later, or with other zones or sizes.",
    ),
    row(
        "E0304",
        "something still holds the resource, or it was not ready in time",
        "The wait ended at its deadline. The causes name the holder, or the cloud's last word on why it was not \
         ready.",
    ),
    row(
        "E0310",
        "it failed, and not everything could be put back",
        "The causes name what is left as it is. It stands in the state; `up` and `down` both go on from there.",
    ),
    row(
        "E0311",
        "all is done, and something is left behind",
        "A delete after the commit point failed. The service is as wanted; what is left stands in the state, and \
         the next `up` or `down` deletes it.",
    ),
    row(
        "E0320",
        "interrupted",
        "Somebody asked the command to stop. What was in flight was seen through and written down. The same \
         command goes on where it stopped; `ashore up --undo` puts everything back.",
    ),
    row(
        "E0321",
        "what a request has left cannot be found out",
        "A request may have been applied, and every look at it failed. The run pauses, because to go on could make \
         a thing twice and to give up could lose it. When the cloud can be read again, run the same command.",
    ),
    row(
        "E0390",
        "the journal cannot be written",
        "An entry may not be durable, so nothing that it announces was sent. Mend the disk, then run the same \
         command again.",
    ),
    // Who we are, and what the clouds answer outside of a run.
    row(
        "E0401",
        "the credentials do not count",
        "The cloud does not know the credentials, or they have expired. A run that was under way has paused and \
         goes on with the same command.",
    ),
    row(
        "E0402",
        "the credentials do not suffice",
        "The cloud knows who asks and does not allow the request. The causes name the request; grant it, or use \
         another profile.",
    ),
    row(
        "E0403",
        "the cloud cannot be reached, or does not answer",
        "No connection, or no answer in time. Check the network, the region and `AWS_ENDPOINT_URL`.",
    ),
    row(
        "E0404",
        "the cloud wants fewer requests",
        "The account's rate limit was hit for so long that something else in the account must be using it up.",
    ),
    row(
        "E0405",
        "the cloud refused a read",
        "A look at the cloud failed for a reason that trying again does not mend. The causes have its own words.",
    ),
    row(
        "E0411",
        "there is no Cloudflare token",
        "The manifest has hostnames in a Cloudflare zone. Export CLOUDFLARE_API_TOKEN with the rights Zone:Read \
         and DNS:Edit on the zone. The sandbox needs none.",
    ),
    row(
        "E0412",
        "this stack lives somewhere else",
        "The state is pinned to an account, a region and an endpoint, and the command would talk to another. Use \
         the stack's own, or another `--env`.",
    ),
    row(
        "E0413",
        "the environment may be deployed to another account only",
        "`[environments.NAME] account` names it. Use credentials of that account, or another `--env`.",
    ),
    row(
        "E0414",
        "a secret has no value",
        "The manifest takes it from a variable, a `--param`, or somebody at the terminal, and there is none. The \
         message names every one that is missing. Values go to Secrets Manager and nowhere else.",
    ),
    row(
        "E0415",
        "the clock of this machine is wrong",
        "AWS refuses requests that were signed more than five minutes before or after its own time. Let the \
         machine set its clock by the network.",
    ),
    row(
        "E0416",
        "the account cannot use the region",
        "There is no region of that name, or nobody has opted in to it. The credentials do not count there until \
         somebody has.",
    ),
    row(
        "E0417",
        "the domain is not delegated to the zone",
        "The public DNS names other name servers than those of the zone, so nobody asks for its records, and no \
         certificate can be validated by them. Name the zone's servers at the registrar, or in the zone above.",
    ),
    row(
        "E0418",
        "a CAA record forbids Amazon to issue the certificate",
        "The record of the name, or of the nearest name above it that has any, lets other authorities issue only. \
         Allow `amazon.com` beside them.",
    ),
    // What lies in `.ashore`.
    row(
        "E0501",
        "another command works on this stack",
        "The lock is the kernel's and goes with the process that holds it; there is never a stale one to remove. \
         The message says which command it is.",
    ),
    row(
        "E0502",
        "the state cannot be read",
        "`state.json` is damaged, or is not ours: its checksum does not fit, or it is not the JSON that we write. \
         Put it back from a copy.",
    ),
    row(
        "E0503",
        "a newer version wrote the state",
        "Use that version of ashore, or a newer one. The state is never written back in an older format.",
    ),
    row(
        "E0504",
        "the journal cannot be trusted",
        "A line of `journal.jsonl` does not follow from those before it, or another version wrote it. A last line \
         that a crash cut short is no damage and is never reported.",
    ),
    row(
        "E0505",
        "the state of another stack",
        "The folder holds the state of another app or environment. Each stack has a folder of its own.",
    ),
    row(
        "E0506",
        "the state folder cannot be read or written",
        "The file system refused. Check the folder's rights and the disk's space.",
    ),
    // A run that was not finished.
    row(
        "E0510",
        "there is no unfinished run to undo",
        "`up --undo` undoes a run that was interrupted, and the last one has ended. To go back to an older version, \
         change the manifest back and run `up`.",
    ),
    row(
        "E0511",
        "the run is past its commit point",
        "What it replaced is being deleted and cannot be put back. `ashore up` finishes it; then change the \
         manifest back and run `up` again.",
    ),
    row(
        "E0512",
        "the journal belongs to another state",
        "The unfinished run began from a state with another serial number than the one that is there: one of the two \
         files was put back from a copy, or replaced. Put the state back that belongs to the journal.",
    ),
    // Files that the user names.
    row(
        "E0601",
        "the manifest cannot be read",
        "Name it with `--file`, or make one with `ashore init`.",
    ),
    row(
        "E0602",
        "the manifest is not UTF-8 text",
        "Save it as UTF-8.",
    ),
    row(
        "E0603",
        "the sandbox's world cannot be used",
        "Another command may be using it. To begin anew, delete the folder that the message names.",
    ),
    row(
        "E0604",
        "the process cannot wait for anything",
        "The system refused what an asynchronous program needs, most often because too many files are open.",
    ),
    row(
        "E0605",
        "there is a manifest already",
        "`init` overwrites it only with `--force`.",
    ),
    row(
        "E0606",
        "no manifest can be made of these values",
        "What was given to `init` breaks a rule of the manifest; the rule is shown in the text that it would have \
         written.",
    ),
    row(
        "E0607",
        "a file cannot be written",
        "`init` could not write the manifest or `.gitignore`.",
    ),
    row(
        "E0608",
        "the plan cannot be written",
        "`plan --out` could not write the file that it was given.",
    ),
    row(
        "E0609",
        "the plan cannot be read",
        "`up --plan` could not read the file that it was given.",
    ),
    row(
        "E0610",
        "the file is no plan of this version",
        "Make it again with `ashore plan --out`, with the version that will apply it.",
    ),
    row(
        "E0611",
        "the port cannot be used",
        "`sandbox` listens on 127.0.0.1 only, and the port is taken or not allowed. `--port 0` takes one that is \
         free.",
    ),
    row(
        "E0612",
        "the sandbox stopped serving",
        "The system took its socket away.",
    ),
    row(
        "E0613",
        "a `--param` without a value",
        "A param is given as `--param NAME=VALUE`. What was written is not repeated in the message: it may be a \
         secret.",
    ),
    row(
        "E0618",
        "a folder of files cannot be read",
        "The folder that `dir` of an `[assets]` section names is not there, or something in it cannot be uploaded: a \
         link to a folder, a file beyond 5 GiB, a name that is no UTF-8. Build the files first, or change `dir`.",
    ),
    row(
        "E0619",
        "a folder of files is empty",
        "Nothing at all is more likely a build that has not run than what somebody wants, so that nothing is planned \
         from it.",
    ),
    row(
        "E0621",
        "there is nothing here to build images with",
        "A service has `build`, and neither `docker` nor `podman` is on the PATH. Install one of them; or let CI build \
         and push, and name what it pushes: image = { repository = \"…\" }.",
    ),
    row(
        "E0622",
        "an image cannot be built",
        "The builder has failed, and its last lines are told; or the folder that `build` names is not there. Images are \
         built before anything is changed.",
    ),
    row(
        "E0623",
        "an image cannot be read from its builder",
        "What was built is taken from the builder as an archive and packed for the push. That takes three times the \
         image's size on the disk of the temporary folder.",
    ),
    // What we will not do.
    row(
        "E0701",
        "this needs a yes, and nobody can be asked",
        "The plan takes something away, and there is no terminal to ask on. Read the plan, then pass `--yes`.",
    ),
    row(
        "E0702",
        "a run is not finished, so no plan is saved",
        "A plan made now would not fit once that run is over. Finish it with `ashore up`, or undo it with \
         `ashore up --undo`.",
    ),
    row(
        "E0705",
        "not confirmed",
        "The answer to the question was not yes.",
    ),
    row(
        "E0706",
        "the saved plan does not fit any more",
        "The manifest or the stack has changed since, or another version wrote the plan. Make it again.",
    ),
    row(
        "E0707",
        "this needs the app's name typed, and nobody can be asked",
        "The environment says `confirm = \"type-name\"`: a `--yes` in a script is not enough to take something away \
         there. Run the command at a terminal.",
    ),
    row(
        "E0710",
        "this takes away what holds data",
        "A database or a volume goes, or would be made anew, with what is in it: because it is protected against \
         deletion, or its `removal` is \"delete\". `--yes` is not enough for that, and there is nobody to ask for its \
         name. Read the plan, then pass `--allow-destroy` and the name that it says, as `databases.db`, once for each. \
         With `removal = \"retain\"` and an `up` it stays when the rest goes.",
    ),
];
