def portal(request):
    """What every page needs."""
    return {}
