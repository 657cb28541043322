core.register_action("pointsman", {"http-req"}, function() end)
