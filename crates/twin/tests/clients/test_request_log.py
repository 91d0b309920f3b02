"""The request log."""


def test_an_entry_says_what_became_of_a_request(twin, refused):
    logs = twin.client("logs", region="eu-west-1")
    logs.create_log_group(logGroupName="g")
    refused(logs.create_log_group, logGroupName="g")
    logs.describe_log_groups()
    made, again, read = twin.log()
    assert made == {
        "n": 1, "time": made["time"], "service": "logs", "operation": "CreateLogGroup",
        "region": "eu-west-1", "mutating": True, "token": None, "resource": "g",
        "outcome": "ok", "applied": True, "fault": None,
    }
    assert (again["outcome"], again["applied"]) == ("ResourceAlreadyExistsException", False)
    assert (read["n"], read["mutating"]) == (3, False)


def test_requests_that_were_not_understood_are_logged(twin, refused):
    refused(twin.client("sts").get_session_token)
    entry = twin.log()[-1]
    assert (entry["service"], entry["operation"]) == ("sts", "GetSessionToken")
    assert entry["outcome"] == "NotImplemented"


def test_the_control_endpoints_are_not(twin):
    before = len(twin.log())
    twin.state()
    assert len(twin.log()) == before


def test_the_same_requests_get_the_same_answers(start):
    def story(twin):
        logs = twin.client("logs")
        logs.create_log_group(logGroupName="g", tags={"a": "b"})
        logs.describe_log_groups()
        return twin.log(), twin.state()

    assert story(start()) == story(start())
